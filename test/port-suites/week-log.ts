import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outbox } from '#shared/ports/event-bus.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import type { WeekLog } from '#shared/ports/week-log.ts';
import { aReportEvent } from '#test/builders/report-event.ts';
import { unsentEvents } from '#test/doubles/unsent-events.ts';

export type OpenWeekLog = { readonly weekLog: WeekLog; readonly outbox: Outbox; close(): Promise<void> };

const signal = new AbortController().signal;

/** What every WeekLog does. `open` gives an empty one each time. */
export function describeWeekLog(name: string, open: () => Promise<OpenWeekLog>): void {
  describe(`the log of the weeks (${name})`, () => {
    let store: OpenWeekLog;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const idsOf = async () => (await unsentEvents(store.outbox)).map(({ id }) => id);

    it('knows of no week at first', async () => {
      expect(await store.weekLog.last(signal)).toBeUndefined();
    });

    it('notes a first week without an event', async () => {
      const end = await store.weekLog.note({ to: '2026-03-02', seen: undefined }, signal);

      expect(end).toBe('written');
      expect(await store.weekLog.last(signal)).toBe('2026-03-02');
      expect(await idsOf()).toEqual([]);
    });

    it('notes a week in place of the one before, and puts its event among those that wait to be sent', async () => {
      const event = aReportEvent();
      await store.weekLog.note({ to: '2026-03-02', seen: undefined }, signal);

      const end = await store.weekLog.note({ to: '2026-03-09', seen: '2026-03-02', event }, signal);

      expect(end).toBe('written');
      expect(await store.weekLog.last(signal)).toBe('2026-03-09');
      expect(await unsentEvents(store.outbox)).toEqual([event]);
    });

    it('holds nothing of a week whose predecessor is not the one that was seen', async () => {
      await store.weekLog.note({ to: '2026-03-02', seen: undefined }, signal);

      const again = await store.weekLog.note({ to: '2026-03-09', seen: undefined, event: aReportEvent() }, signal);
      const other = await store.weekLog.note({ to: '2026-03-09', seen: '2026-02-23', event: aReportEvent() }, signal);

      expect([again, other]).toEqual(['conflict', 'conflict']);
      expect(await store.weekLog.last(signal)).toBe('2026-03-02');
      expect(await idsOf()).toEqual([]);
    });

    it('takes one event of several that are written at the same time', async () => {
      await store.weekLog.note({ to: '2026-03-02', seen: undefined }, signal);
      const events = ['a', 'b', 'c', 'd'].map((id) => aReportEvent({}, id));

      const ends = await Promise.all(
        events.map((event) => store.weekLog.note({ to: '2026-03-09', seen: '2026-03-02', event }, signal)),
      );

      expect(ends.toSorted()).toEqual(['conflict', 'conflict', 'conflict', 'written']);
      expect(await idsOf()).toEqual([events[ends.indexOf('written')]?.id]);
    });

    it('throws a StoreFault where its time is over', async () => {
      const over = AbortSignal.abort();

      await expect(store.weekLog.last(over)).rejects.toThrow(StoreFault);
      await expect(store.weekLog.note({ to: '2026-03-09', seen: undefined }, over)).rejects.toThrow(StoreFault);
    });
  });
}
