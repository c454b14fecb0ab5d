import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '#shared/ports/clock.ts';

export type SteppedClock = Clock & {
  /** Moves the time on; what slept until then goes on, and all that follows from it has happened afterwards. */
  advance(ms: number): Promise<void>;
};

type Sleeper = { readonly until: number; readonly wake: () => void };

/** Time that only tests move, and that sleeping waits for. */
export function steppedClock(start: number): SteppedClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  return {
    now: () => now,
    sleep(ms, signal) {
      signal.throwIfAborted();
      return new Promise((resolve, reject) => {
        const sleeper = { until: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      });
    },
    async advance(ms) {
      await nextTurn();
      now += ms;
      for (const sleeper of [...sleepers].filter(({ until }) => until <= now)) {
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await nextTurn();
    },
  };
}
