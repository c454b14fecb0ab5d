import type { Clock } from '#shared/ports/clock.ts';

export type FakeClock = Clock & {
  /** Moves the time on; nothing waits for it. */
  advance(ms: number): void;
  /** What was slept, in order. */
  readonly slept: readonly number[];
};

/** Time that only tests move: a sleep moves it by what was asked for, and ends at once. */
export function fakeClock(start: number): FakeClock {
  let now = start;
  const slept: number[] = [];
  return {
    now: () => now,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
    advance(ms) {
      now += ms;
    },
    slept,
  };
}
