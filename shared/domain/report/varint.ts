/** Whole numbers from 0 to 2^53 in as few bytes as they need, seven bits each. */
export type VarintWriter = { write(value: number): void; bytes(): Uint8Array };
export type VarintReader = {
  read(): number;
  /** Goes on behind so many bytes, and answers where they begin. */
  skip(bytes: number): number;
  atEnd(): boolean;
};

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
      const from = at;
      at += count;
      return from;
    },
    atEnd: () => at >= bytes.length,
  };
}

/** Takes a stretch of bytes apart and answers how many numbers it was. A report is made of millions: all in one loop. */
export function readVarints(bytes: Uint8Array, from: number, to: number, into: Float64Array): number {
  let count = 0;
  for (let at = from; at < to; ) {
    let byte = bytes[at++] ?? 0;
    let value = byte;
    for (let scale = 128; byte >= 128; scale *= 128) {
      if (at >= to) throw new RangeError(`The numbers end after ${to} bytes, within one of them`);
      byte = bytes[at++] ?? 0;
      // The bit that says that it goes on is no part of the number.
      value += (byte - 1) * scale;
    }
    into[count++] = value;
  }
  return count;
}
