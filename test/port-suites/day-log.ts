import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RollbackFacts } from '#shared/domain/report/count-episode.ts';
import { dayFolder } from '#shared/domain/report/fold-day.ts';
import { addPacked } from '#shared/domain/report/packed-cells.ts';
import { textOf } from '#shared/domain/report/service-of.ts';
import { emptyTally, type Tally } from '#shared/domain/report/tally.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { DayLog, FoldedDay, StoredDay } from '#shared/ports/day-log.ts';
import { type RollbackLog, StoreFault } from '#shared/ports/rollback-log.ts';
import { someFacts } from '#test/builders/rollback-facts.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';

export type OpenDayLog = { readonly log: RollbackLog; readonly dayLog: DayLog; close(): Promise<void> };

const signal = new AbortController().signal;
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** Noon of the day after the one that these are about. */
const NOW = Date.UTC(2026, 2, 5, 12);
const DAY = '2026-03-04';
const MIDNIGHT = Date.UTC(2026, 2, 4);

function aRecord(id: string, receivedAt: number, overrides: Partial<RollbackRecord> = {}): RollbackRecord {
  const { supersededBy, ...record } = aRollbackRecord();
  return { ...record, id, timeline: { ...record.timeline, receivedAt }, ...overrides };
}

function foldOf(...records: readonly RollbackFacts[]) {
  const folder = dayFolder();
  for (const record of records) folder.add(record);
  return folder.finish();
}

/** What every DayLog does. `open` gives an empty one each time. */
export function describeDayLog(name: string, open: (options: { now: () => number }) => Promise<OpenDayLog>): void {
  describe(`the day log (${name})`, () => {
    let store: OpenDayLog;
    let now: number;
    beforeEach(async () => {
      now = NOW;
      store = await open({ now: () => now });
    });
    afterEach(() => store.close());

    const commit = (rollbacks: readonly RollbackRecord[], more = {}) =>
      store.log.commit({ rollbacks, remove: [], events: [], ...more }, signal);
    const storeFold = (fold: Partial<FoldedDay> = {}) =>
      store.dayLog.store({ day: DAY, fold: foldOf(someFacts()), seen: undefined, taken: [], ...fold }, signal);
    const idsOf = async (from: number, to: number) => {
      const ids: string[] = [];
      await store.dayLog.records(from, to, (page) => ids.push(...page.map(({ id }) => id)), signal);
      return new Set(ids);
    };
    const read = async (from = DAY, to = DAY) => {
      const days: StoredDay[] = [];
      await store.dayLog.read({ from, to }, (day) => days.push(day), signal);
      return days.sort((a, b) => (a.day < b.day ? -1 : 1));
    };
    const markOf = async (day = DAY) => (await store.dayLog.folded({ from: day, to: day }, signal)).get(day);
    const total = ({ cells }: StoredDay) => {
      const sum = emptyTally();
      for (const part of cells) addPacked(part, () => [sum]);
      return sum;
    };

    it('tells of the records of a stretch of time, its beginning included and its end not', async () => {
      await commit([
        aRecord('before', MIDNIGHT - 1),
        aRecord('first', MIDNIGHT),
        aRecord('noon', MIDNIGHT + 12 * HOUR_MS),
        aRecord('last', MIDNIGHT + DAY_MS - 1),
        aRecord('after', MIDNIGHT + DAY_MS),
      ]);

      expect(await idsOf(MIDNIGHT, MIDNIGHT + DAY_MS)).toEqual(new Set(['first', 'noon', 'last']));
      expect(await idsOf(MIDNIGHT - 1, MIDNIGHT + 12 * HOUR_MS)).toEqual(new Set(['before', 'first']));
      expect(await idsOf(MIDNIGHT, MIDNIGHT)).toEqual(new Set());
    });

    it('tells of a record all that it is counted by', async () => {
      const record = aRollbackRecord({
        timeline: { ...aRollbackRecord().timeline, receivedAt: MIDNIGHT, notifiedAt: MIDNIGHT + 9 },
        episode: { id: 'e', firedAt: 1, countedBy: 'a1b2c3' },
      });
      await commit([record]);
      const pages: RollbackFacts[] = [];

      await store.dayLog.records(MIDNIGHT, MIDNIGHT + 1, (page) => pages.push(...page), signal);

      const { firedAt, receivedAt, targetedAt, zeroedAt, notifiedAt } = record.timeline;
      const { id, cluster, canary, outcome, reason, sla, episode, supersededBy } = record;
      expect(pages).toMatchObject([
        { id, cluster, canary, outcome, reason, sla, episode, supersededBy, alert: { name: 'CanaryErrorRate' } },
      ]);
      expect(pages[0]?.timeline).toMatchObject({ firedAt, receivedAt, targetedAt, zeroedAt, notifiedAt });
    });

    it('notes a change of a record of a day that is over, and of no other', async () => {
      now = MIDNIGHT + 23 * HOUR_MS;
      await commit([aRecord('in time', MIDNIGHT + HOUR_MS)]);
      const inTime = await store.dayLog.changedDays(10, signal);

      now = NOW;
      await commit([aRecord('late', MIDNIGHT + DAY_MS - 1), aRecord('today', NOW)]);

      expect(inTime).toEqual([]);
      expect(await store.dayLog.changedDays(10, signal)).toEqual([DAY]);
      expect(await store.dayLog.changesOf(DAY, signal)).toEqual([{ id: 'late', at: NOW }]);
    });

    it('notes nothing of a change that is in conflict', async () => {
      await commit([aRecord('a', MIDNIGHT, { version: 2 })]);

      expect(await store.dayLog.changedDays(10, signal)).toEqual([]);
    });

    it('notes the days that records leave, and those of removed ones', async () => {
      await commit([aRecord('moved', NOW)]);
      await commit([aRecord('moved', MIDNIGHT, { version: 2 })], { receivedBefore: [MIDNIGHT - DAY_MS] });
      await store.log.commit(
        {
          rollbacks: [],
          remove: [{ id: 'moved', version: 2, firing: 'f@x' }],
          events: [],
          receivedBefore: [MIDNIGHT - 2 * DAY_MS],
        },
        signal,
      );

      expect(await store.dayLog.changedDays(10, signal)).toEqual(['2026-03-02', '2026-03-03', DAY]);
    });

    it('lists changed days with the oldest first, so many as are wanted', async () => {
      for (const days of [2, 1, 3])
        await commit([aRecord(`a${days}`, NOW - days * DAY_MS), aRecord(`b${days}`, NOW - days * DAY_MS)]);

      expect(await store.dayLog.changedDays(2, signal)).toEqual(['2026-03-02', '2026-03-03']);
    });

    it('reads back a fold as it was stored', async () => {
      const fold = foldOf(
        someFacts({ notified: 12_000 }),
        someFacts({ id: 'b', zeroed: 70_000 }),
        someFacts({
          id: 'c',
          canary: '-',
          outcome: 'refused',
          reason: 'ambiguous-canary',
          zeroed: null,
          count: 'missed',
        }),
        someFacts({ id: 'd', received: -1000, zeroed: 5 }),
      );

      const result = await storeFold({ fold });

      expect(result).toBe('written');
      const [day, ...others] = await read();
      expect(others).toEqual([]);
      expect(day?.lists()).toEqual(fold.lists);
      const cells = new Map<string, Tally>();
      for (const part of day?.cells ?? []) {
        addPacked(part, (key) => {
          const tally = emptyTally();
          cells.set(textOf(key), tally);
          return [tally];
        });
      }
      expect([...cells.values()]).toEqual(fold.cells.map(({ tally }) => tally));
    });

    it('stores a day on which nothing happened, too', async () => {
      await storeFold({ fold: foldOf() });

      expect(await markOf()).toBeDefined();
      const [day] = await read();
      expect(day).toMatchObject({ day: DAY, cells: [] });
      expect(day?.lists()).toEqual({ breaches: [], late: [], clockSkewed: [] });
    });

    it('replaces the fold that was seen, and only that one', async () => {
      await storeFold();
      const seen = await markOf();

      const second = await storeFold({ fold: foldOf(someFacts(), someFacts({ id: 'b' })), seen });
      const loser = await storeFold({ fold: foldOf(), seen });
      const blind = await storeFold({ fold: foldOf() });

      expect([second, loser, blind]).toEqual(['written', 'conflict', 'conflict']);
      expect((await read()).map((day) => total(day).episodes.met)).toEqual([2]);
    });

    it('takes one of several folds of a day that are made at the same time, and that one whole', async () => {
      const folds = [1, 2, 3, 4].map((count) =>
        foldOf(...Array.from({ length: count }, (_, index) => someFacts({ id: `${index}`, zeroed: 70_000 }))),
      );

      const results = await Promise.all(folds.map((fold) => storeFold({ fold })));

      expect(results.sort()).toEqual(['conflict', 'conflict', 'conflict', 'written']);
      const [day] = await read();
      expect(day?.lists().breaches.length).toBe(day && total(day).episodes.missed);
    });

    it('forgets the changes that a fold has taken in, and no later ones', async () => {
      await commit([aRecord('a', MIDNIGHT)]);
      const taken = await store.dayLog.changesOf(DAY, signal);
      now += 1;
      await commit([aRecord('b', MIDNIGHT)]);

      await storeFold({ taken });
      const left = await store.dayLog.changesOf(DAY, signal);
      await storeFold({ taken: left, seen: await markOf() });

      expect(left).toEqual([{ id: 'b', at: NOW + 1 }]);
      expect(await store.dayLog.changedDays(10, signal)).toEqual([]);
    });

    it('keeps the changes of a fold that lost', async () => {
      await storeFold();
      await commit([aRecord('a', MIDNIGHT)]);

      await storeFold({ taken: await store.dayLog.changesOf(DAY, signal) });

      expect(await store.dayLog.changedDays(10, signal)).toEqual([DAY]);
    });

    it('reads the days that are stored among those asked for, over the end of a month and a year', async () => {
      const days = ['2025-11-30', '2025-12-31', '2026-01-01', '2026-01-31', '2026-02-01'];
      for (const [index, day] of days.entries())
        await storeFold({
          day,
          fold: foldOf(...Array.from({ length: index + 1 }, (_, id) => someFacts({ id: `${id}` }))),
        });

      const found = await read('2025-12-01', '2026-01-31');
      const marks = await store.dayLog.folded({ from: '2025-12-31', to: '2026-01-01' }, signal);

      expect(found.map((day) => [day.day, total(day).episodes.met])).toEqual([
        ['2025-12-31', 2],
        ['2026-01-01', 3],
        ['2026-01-31', 4],
      ]);
      expect([...marks.keys()].sort()).toEqual(['2025-12-31', '2026-01-01']);
    });

    it('stores a day of very many services and breaches', async () => {
      const records = Array.from({ length: 4000 }, (_, index) =>
        someFacts({
          id: `${index}`,
          canary: `a-service-with-a-rather-long-name-${index}.shop.svc.cluster.local/v2`,
          zeroed: 70_000 + index,
        }),
      );

      await storeFold({ fold: foldOf(...records) });

      const [day] = await read();
      expect(day?.lists().breaches).toHaveLength(4000);
      expect(day && total(day).alertToZero.count).toBe(4000);
    });

    it('fails as a store does where its time is over', async () => {
      const over = AbortSignal.abort();

      await expect(store.dayLog.changedDays(1, over)).rejects.toThrow(StoreFault);
      await expect(store.dayLog.records(MIDNIGHT, NOW, () => undefined, over)).rejects.toThrow(StoreFault);
      await expect(store.dayLog.read({ from: DAY, to: DAY }, () => undefined, over)).rejects.toThrow(StoreFault);
    });
  });
}
