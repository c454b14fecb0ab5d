/** Numbers that look random and come again for the same seed (mulberry32). */
export type Random = {
  /** From 0 to below `limit`, whole. */
  below(limit: number): number;
  /** undefined of nothing. */
  pick<T extends readonly unknown[]>(from: T): T[number];
  /** True once in so many. */
  oneIn(times: number): boolean;
};

export function randomOf(seed: number, index: number): Random {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)) >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return {
    below,
    pick: (from) => from[below(from.length)],
    oneIn: (times) => below(times) === 0,
  };
}
