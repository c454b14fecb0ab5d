import { expect } from 'vitest';
import type { FaultProxy } from '../proxy/fault-proxy.ts';
import type { OnEnd } from './fault-world.ts';
import type { Kill } from './function-process.ts';
import { type KillPoint, killAt, untilKilled } from './kill-at.ts';
import type { Tally } from './tally.ts';

/** What is tried again and again, in a world of its own each time. */
export type Killable<W> = {
  readonly open: (onEnd: OnEnd) => Promise<W>;
  /** Before what the act asks. */
  readonly proxies: (world: W) => readonly FaultProxy[];
  readonly act: (world: W, spawned?: (kill: Kill) => void) => Promise<unknown>;
};

const MOST_WORLDS = 5;

/** How many requests the act makes at least: a slow machine repeats some. */
export async function requestsOf<W>(one: Killable<W>): Promise<number> {
  const counts: number[] = [];
  for (let times = 0; times < 3; times += 1) {
    const ends: (() => Promise<void>)[] = [];
    const world = await one.open((step) => ends.unshift(step));
    const count = () => one.proxies(world).reduce((total, { noted }) => total + noted.length, 0);
    const before = count();
    await one.act(world);
    counts.push(count() - before);
    for (const end of ends) await end();
  }
  return Math.min(...counts);
}

/**
 * The act in a process that is killed there. Requests that are made side by side come in any order, and what is out of
 * time is given up: where the point did not come, it is tried again in another world. One that never comes fails.
 */
export async function killInWorld<W>(
  one: Killable<W>,
  point: KillPoint,
  { onEnd, row }: { readonly onEnd: OnEnd; readonly row: Tally },
): Promise<{ readonly world: W; readonly struck: string }> {
  for (let worlds = 1; ; worlds += 1) {
    const world = await one.open(onEnd);
    const at = killAt(one.proxies(world), point);
    await untilKilled(() => one.act(world, at.arm));
    // Also where it was killed only just after it had done all.
    const killed = await at.killed();
    if (!killed && worlds < MOST_WORLDS) continue;
    row.measure('worlds until it was killed at its point:', worlds);
    expect(killed).toBe(true);
    return { world, struck: at.struck() ?? '' };
  }
}
