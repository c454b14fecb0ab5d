import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RollbackEventType } from '#shared/contracts/events.ts';
import { someNews } from '#test/builders/news.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { openAlerts } from '#test/doubles/open-alerts.ts';

type Happened = { readonly type: RollbackEventType; readonly at: number; readonly data?: Record<string, unknown> };

const completed: Happened = { type: 'RollbackCompleted', at: 1, data: { pages: false } };
const unverified: Happened = { type: 'RollbackUnverified', at: 8, data: { pages: true } };
const putBack: Happened = { type: 'RollbackReverted', at: 8, data: { pages: true, reason: 'put-back' } };
const contested: Happened = { type: 'RollbackSuggested', at: 8, data: { pages: true, reason: 'contested' } };
const byHand = { requestedBy: { name: 'alice', reason: 'v2 leaks' } };

const openAfter = (happened: readonly Happened[]): Promise<string[]> =>
  openAlerts(happened.map(({ type, at, data = {} }) => someNews({ type, createdAt: FIRED_AT + at * 1000, data })));

const TROUBLE = 'weightless/a1b2c3';

describe('an alert of PagerDuty', () => {
  it('that was opened after the alert of Prometheus had resolved ends where the requests stop', async () => {
    const before = [completed, { type: 'AlertResolved', at: 5 } as const, unverified];

    expect(await openAfter(before)).toEqual([TROUBLE]);
    expect(await openAfter([...before, { type: 'RollbackVerified', at: 9 }])).toEqual([]);
  });

  it.each([unverified, putBack, contested])('that $type opened then ends with the hold, too', async (page) => {
    const before = [completed, { type: 'AlertResolved', at: 5 } as const, page];

    expect(await openAfter(before)).toEqual([TROUBLE]);
    expect(await openAfter([...before, { type: 'HoldReleased', at: 9 }])).toEqual([]);
    expect(await openAfter([...before, { type: 'RollbackRestored', at: 9 }])).toEqual([]);
  });

  it('of a rollback by hand, which no alert resolves, ends with its hold', async () => {
    const before = [
      { ...completed, data: { ...completed.data, ...byHand } },
      { ...putBack, data: { ...putBack.data, ...byHand } },
    ];

    expect(await openAfter(before)).toEqual([TROUBLE]);
    expect(await openAfter([...before, { type: 'HoldReleased', at: 9, data: byHand }])).toEqual([]);
  });

  it('stays open where news of before it come late', async () => {
    expect(await openAfter([unverified, completed])).toEqual([TROUBLE]);
    expect(await openAfter([unverified, { type: 'AlertResolved', at: 5 }, completed])).toEqual([TROUBLE]);
  });

  it('stays open where the same run mended the canary, and then left it to a person', async () => {
    const again: Happened = { type: 'RollbackReasserted', at: contested.at };

    expect(await openAfter([again, contested])).toEqual([TROUBLE]);
    expect(await openAfter([contested, again])).toEqual([TROUBLE]);
  });

  it('ends up the same in whatever order the news come, and however often', async () => {
    const story: readonly Happened[] = [
      { type: 'RollbackFailed', at: 0, data: { pages: true } },
      completed,
      { type: 'RollbackSlaBreached', at: 2, data: { outcome: 'rolled-back', pages: true } },
      { type: 'AlertResolved', at: 5 },
      unverified,
      { type: 'RollbackVerified', at: 9 },
      { ...putBack, at: 10 },
      { type: 'HoldReleased', at: 12 },
    ];
    const chapters = fc
      .integer({ min: 1, max: story.length })
      .chain((length) =>
        fc.tuple(
          fc.constant(story.slice(0, length)),
          fc.shuffledSubarray(story.slice(0, length), { minLength: length }),
          fc.subarray(story.slice(0, length)),
        ),
      );

    await fc.assert(
      fc.asyncProperty(chapters, async ([inOrder, shuffled, again]) => {
        expect(new Set(await openAfter([...shuffled, ...again]))).toEqual(new Set(await openAfter(inOrder)));
      }),
    );
  });
});
