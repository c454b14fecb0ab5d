/** Whole numbers from 0 to 2^53 in as few bytes as they need, seven bits each. */
export type VarintWriter = { write(value: number): void; bytes(): Uint8Array };
export type VarintReader = { readonly bytes: Uint8Array; at: number };

export function varintWriter(): VarintWriter {
  let buffer = new Uint8Array(256);
  let length = 0;
  return {
    write(value) {
      if (length + 8 > buffer.length) {
        const grown = new Uint8Array(buffer.length * 2);
        grown.set(buffer);
        buffer = grown;
      }
      let rest = value;
      while (rest >= 128) {
        buffer[length++] = (rest % 128) + 128;
        rest = Math.floor(rest / 128);
      }
      buffer[length++] = rest;
    },
    bytes: () => buffer.slice(0, length),
  };
}

/** Reads from the place where it stands. A report reads millions of numbers: each is one call, and no more. */
export function readVarint(reader: VarintReader): number {
  const byte = reader.bytes[reader.at++];
  return byte !== undefined && byte < 128 ? byte : readLong(reader, byte);
}

/** Throws RangeError where there is no more of it. */
function readLong(reader: VarintReader, first: number | undefined): number {
  let value = 0;
  let byte = first;
  for (let scale = 1; ; scale *= 128) {
    if (byte === undefined)
      throw new RangeError(`The numbers end after ${reader.bytes.length} bytes, within one of them`);
    if (byte < 128) return value + byte * scale;
    value += (byte - 128) * scale;
    byte = reader.bytes[reader.at++];
  }
}
