import { describe, expect, it } from 'vitest';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { addPacked } from '#shared/domain/report/packed-cells.ts';
import { emptyTally } from '#shared/domain/report/tally.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { DayLog } from '#shared/ports/day-log.ts';
import { foldDays } from '#shared/steps/fold-days.ts';
import { aRecordReceivedAt } from '#test/builders/received-record.ts';

const signal = new AbortController().signal;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MIDNIGHT = Date.UTC(2026, 2, 5);
const DAY = '2026-03-04';

/** A store, and a clock that stands still until it is set. */
function world(at = MIDNIGHT + 10 * MINUTE_MS) {
  let now = at;
  const store = memoryRollbackLog({ now: () => now });
  const clock = { now: () => now, sleep: async () => undefined };
  return {
    store,
    set: (time: number) => {
      now = time;
    },
    guard: (dayLog: DayLog = store.dayLog) => foldDays({ dayLog, clock }, signal),
    write: (id: string, receivedAt: number, overrides: Partial<RollbackRecord> = {}) => {
      const rollback = aRecordReceivedAt(id, receivedAt, overrides);
      return store.commit({ rollbacks: [rollback], remove: [], events: [] }, signal);
    },
    counts: async (day = DAY) => {
      const tally = emptyTally();
      let found = false;
      await store.dayLog.read(
        { from: day, to: day },
        ({ cells }) => {
          found = true;
          for (const part of cells) addPacked(part, () => [tally]);
        },
        signal,
      );
      return found ? Object.fromEntries(tally.rollbacks) : undefined;
    },
  };
}

describe('the folding of finished days', () => {
  it('folds a day once it is over for ten minutes, and that once', async () => {
    const { guard, write, set, counts } = world(MIDNIGHT + 10 * MINUTE_MS - 1);
    await write('a', MIDNIGHT - 1000);
    await guard();
    const early = await counts();

    set(MIDNIGHT + 10 * MINUTE_MS);
    const first = await guard();
    const second = await guard();

    expect(early).toBeUndefined();
    expect(first.folded).toBe(1);
    expect(await counts()).toEqual({ 'rolled-back': 1 });
    expect(second).toEqual({ folded: 0, refolded: 0, conflicts: 0 });
  });

  it('folds all days that a report can be about the first time, also those on which nothing happened', async () => {
    const { guard, write, store } = world();
    await write('old', MIDNIGHT - 300 * DAY_MS);

    const run = await guard();

    expect(run.folded).toBe(380);
    const folded = await store.dayLog.folded({ from: '2020-01-01', to: '2030-01-01' }, signal);
    expect([...folded.keys()].sort()[0]).toBe('2025-02-18');
  });

  it('folds a day again when a record of it has changed and nobody changed another for a minute', async () => {
    const { guard, write, set, counts } = world();
    await write('a', MIDNIGHT - 1000, { outcome: 'pending', reason: 'conflict' });
    set(MIDNIGHT + 20 * MINUTE_MS);
    await guard();
    const before = await counts();

    await write('a', MIDNIGHT - 1000, { version: 2, outcome: 'rolled-back' });
    await write('late', MIDNIGHT - 500);
    const tooSoon = await guard();
    set(MIDNIGHT + 21 * MINUTE_MS);
    const again = await guard();
    const settled = await guard();

    expect(before).toEqual({ 'pending:conflict': 1 });
    expect(tooSoon.refolded).toBe(0);
    expect(again.refolded).toBe(1);
    expect(await counts()).toEqual({ 'rolled-back': 2 });
    expect(settled.refolded).toBe(0);
  });

  it('folds a day that never gets quiet every ten minutes, and keeps knowing what changed last', async () => {
    const { guard, write, set, counts } = world();
    await guard();
    let refolded = 0;
    for (let minute = 0; minute <= 12; minute += 1) {
      set(MIDNIGHT + (20 + minute) * MINUTE_MS);
      await write(`late-${minute}`, MIDNIGHT - 1000);
      refolded += (await guard()).refolded;
    }

    const seen = await counts();
    set(MIDNIGHT + 40 * MINUTE_MS);
    await guard();

    expect(refolded).toBe(1);
    expect(seen).toEqual({ 'rolled-back': 11 });
    expect(await counts()).toEqual({ 'rolled-back': 13 });
  });

  it('changes no other day', async () => {
    const { guard, write, set, store } = world();
    await write('a', MIDNIGHT - 1000);
    await write('b', MIDNIGHT - DAY_MS);
    await guard();
    const all = { from: '2026-01-01', to: DAY };
    const before = await store.dayLog.folded(all, signal);

    await write('c', MIDNIGHT - 500);
    set(MIDNIGHT + 30 * MINUTE_MS);
    await guard();

    const after = await store.dayLog.folded(all, signal);
    expect([...after].filter(([day, run]) => before.get(day) !== run).map(([day]) => day)).toEqual([DAY]);
  });

  it('is harmless beside another run: one stores the day, the other says so', async () => {
    const { guard, write, counts, set } = world();
    await guard();
    await write('a', MIDNIGHT - 1000);
    set(MIDNIGHT + 30 * MINUTE_MS);

    const runs = await Promise.all([guard(), guard()]);

    expect(runs.map(({ refolded }) => refolded).sort()).toEqual([0, 1]);
    expect(runs.map(({ conflicts }) => conflicts).sort()).toEqual([0, 1]);
    expect(await counts()).toEqual({ 'rolled-back': 1 });
  });

  it('goes on where its time was over, and folds the last day last', async () => {
    const { guard, write, counts, set, store } = world();
    await write('a', MIDNIGHT - 1000);
    const start = MIDNIGHT + 10 * MINUTE_MS;
    let stored = 0;
    const slow: DayLog = {
      ...store.dayLog,
      async store(day, given) {
        stored += 1;
        if (stored === 100) set(start + 15_000);
        return store.dayLog.store(day, given);
      },
    };

    const first = await guard(slow);
    const between = await counts();
    set(start + MINUTE_MS);
    const second = await guard(slow);

    expect(first.folded).toBeLessThan(380);
    expect(between).toBeUndefined();
    expect(first.folded + second.folded).toBe(380);
    expect(await counts()).toEqual({ 'rolled-back': 1 });
  });
});
