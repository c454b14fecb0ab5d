import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { isCursor, type RollbackList, type RollbackQuestion } from '#shared/ports/rollback-list.ts';
import { type RollbackLog, StoreFault } from '#shared/ports/rollback-log.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';

export type OpenRollbackList = {
  readonly log: RollbackLog;
  readonly rollbackList: RollbackList;
  close(): Promise<void>;
};

const signal = new AbortController().signal;
const DAY_MS = 24 * 60 * 60 * 1000;
const START = Date.UTC(2026, 2, 4);

/** What every RollbackList does. `open` gives an empty one each time. */
export function describeRollbackList(name: string, open: () => Promise<OpenRollbackList>): void {
  describe(`the list of rollbacks (${name})`, () => {
    let store: OpenRollbackList;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const write = async (received: Readonly<Record<string, number>>) => {
      const records = Object.entries(received).map(([id, at]): RollbackRecord => {
        const record = aRollbackRecord({ id });
        return { ...record, timeline: { ...record.timeline, receivedAt: START + at } };
      });
      for (let from = 0; from < records.length; from += 20)
        await store.log.commit({ rollbacks: records.slice(from, from + 20), remove: [], events: [] }, signal);
    };
    /** The ids of every page, up to so many pages. */
    const pagesOf = async (question: Partial<RollbackQuestion>, most = 100) => {
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const whole = { from: START - 400 * DAY_MS, to: START + DAY_MS, limit: 10, matches: () => true, ...question };
        const { rollbacks, next } = await store.rollbackList.page({ ...whole, cursor }, signal);
        pages.push(rollbacks.map(({ id }) => id));
        expect(next === undefined || isCursor(next)).toBe(true);
        cursor = next;
      } while (cursor !== undefined && pages.length < most);
      return pages;
    };

    it('gives all of it, page after page, the last received first', async () => {
      await write({ a: 0, b: 1, c: 1, d: 5000, e: DAY_MS - 1, f: -1, g: -20 * DAY_MS });

      const pages = await pagesOf({ limit: 3 });

      expect(pages.flat()).toEqual(['e', 'd', 'c', 'b', 'a', 'f', 'g']);
      expect(Math.max(...pages.map(({ length }) => length))).toBe(3);
    });

    it('takes the beginning in, and not the end', async () => {
      await write({ before: 9, first: 10, last: 19, after: 20 });

      expect((await pagesOf({ from: START + 10, to: START + 20 })).flat()).toEqual(['last', 'first']);
    });

    it('gives none where the end is before the beginning', async () => {
      await write({ a: 0, b: 10 });
      const { from, to } = { from: START + 10, to: START + 5 };
      const question = { from, to: START + DAY_MS, limit: 1, matches: () => true };
      const cursor = `${new Date(START).toISOString()}#x`;

      expect(await pagesOf({ from, to })).toEqual([[]]);
      expect(await store.rollbackList.page({ ...question, cursor }, signal)).toEqual({ rollbacks: [] });
    });

    it('goes on over days without rollbacks, and ends', async () => {
      await write({ a: 0, b: -350 * DAY_MS });

      expect((await pagesOf({})).flat()).toEqual(['a', 'b']);
    });

    it('gives those that match alone, however many do not', async () => {
      await write(Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`r${index}`, index])));

      const found = await pagesOf({ matches: ({ id }) => id.endsWith('49'), limit: 2 });

      expect(found.flat()).toEqual(['r249', 'r149', 'r49']);
    });

    it('gives none of nothing', async () => {
      expect((await pagesOf({})).flat()).toEqual([]);
    });

    it('fails as a store does where its time is over', async () => {
      const question = { from: START, to: START + 1, limit: 1, matches: () => true };

      await expect(store.rollbackList.page(question, AbortSignal.abort())).rejects.toThrow(StoreFault);
    });
  });
}
