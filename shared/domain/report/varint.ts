/** Whole numbers from 0 to 2^53 in as few bytes as they need, seven bits each. */
export type VarintWriter = { write(value: number): void; bytes(): Uint8Array };
export type VarintReader = { read(): number; skip(bytes: number): void; atEnd(): boolean };

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

/** Reads what a writer wrote. Throws RangeError where there is no more of it. */
export function varintReader(bytes: Uint8Array): VarintReader {
  let at = 0;
  return {
    read() {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++];
        if (byte === undefined) throw new RangeError(`The numbers end after ${bytes.length} bytes, within one of them`);
        if (byte < 128) return value + byte * scale;
        value += (byte - 128) * scale;
      }
    },
    skip(count) {
      at += count;
    },
    atEnd: () => at >= bytes.length,
  };
}
