import type { Clock } from '#shared/ports/clock.ts';

/** Waits for the work to end, well or not, but no longer than this; the work itself goes on. */
export async function waitAtMost(work: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  const done = new AbortController();
  const ended = work.catch(() => undefined).finally(() => done.abort());
  await Promise.race([ended, clock.sleep(ms, done.signal).catch(() => undefined)]);
}
