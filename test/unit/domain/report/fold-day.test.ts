import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RollbackFacts } from '#shared/domain/report/count-episode.ts';
import { dayFolder } from '#shared/domain/report/fold-day.ts';
import { someFacts } from '#test/builders/rollback-facts.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';

function fold(...records: readonly RollbackFacts[]) {
  const folder = dayFolder();
  for (const record of records) folder.add(record);
  return folder.finish();
}

const tallyOf = (...records: readonly RollbackFacts[]) => fold(...records).cells[0]?.tally;
const inEpisode = (id: string, countedBy?: string) => ({ id, firedAt: FIRED_AT, ...(countedBy ? { countedBy } : {}) });

describe('the fold of a day', () => {
  it('counts rollbacks by outcome and reason, and by cluster, namespace and service', () => {
    const { cells, records } = fold(
      someFacts(),
      someFacts({ id: 'b', outcome: 'refused', reason: 'other-version', count: 'missed', zeroed: null }),
      someFacts({ id: 'c', canary: 'cart.shop.svc.cluster.local', cluster: 'us' }),
      someFacts({ id: 'd', canary: 'api.example.com' }),
      someFacts({ id: 'e', canary: '-', outcome: 'refused', reason: 'ambiguous-canary', zeroed: null }),
    );

    expect(records).toBe(5);
    expect(cells.map(({ key, tally }) => [Object.values(key).join('/'), Object.fromEntries(tally.rollbacks)])).toEqual([
      ['eu/-/-', { 'refused:ambiguous-canary': 1 }],
      ['eu/-/api.example.com', { 'rolled-back': 1 }],
      ['eu/shop/pay', { 'rolled-back': 1, 'refused:other-version': 1 }],
      ['us/shop/cart', { 'rolled-back': 1 }],
    ]);
  });

  it('measures alert to zero, its stages, and alert to notified', () => {
    const tally = tallyOf(someFacts({ notified: 12_000 }));

    expect(tally?.episodes).toMatchObject({ met: 1, missed: 0 });
    expect(tally?.alertToZero).toMatchObject({ count: 1, sumMs: 10_000 });
    expect(tally?.alertToNotified).toMatchObject({ count: 1, sumMs: 12_000 });
    expect(Object.values(tally?.stages ?? {}).map(({ sumMs }) => sumMs)).toEqual([4000, 500, 5500]);
  });

  it('counts an episode once, however many alerts there were about it', () => {
    const tally = tallyOf(
      someFacts({ id: 'a', episode: inEpisode('a', 'a') }),
      someFacts({
        id: 'b',
        episode: inEpisode('a', 'a'),
        outcome: 'already-zero',
        reason: 'at-zero',
        count: 'not-counted',
      }),
      someFacts({ id: 'c', episode: inEpisode('a', 'a'), fired: 1000 }),
    );

    expect(tally?.episodes).toMatchObject({ met: 1, missed: 0, notCounted: 0 });
    expect(tally?.alertToZero.count).toBe(1);
  });

  it('judges an episode from the first firing that was owed to the canary at zero, whichever alert brought it there', () => {
    const refused = { id: 'a', outcome: 'refused', reason: 'other-version', count: 'missed', zeroed: null } as const;
    const soon = someFacts({ id: 'b', fired: 20_000, episode: inEpisode('a', 'a') });
    const late = someFacts({ id: 'b', fired: 55_000, episode: inEpisode('a', 'a') });
    const first = someFacts({ ...refused, episode: inEpisode('a', 'a') });

    const [met, missed] = [tallyOf(first, soon), tallyOf(late, first)];

    expect(met?.episodes).toMatchObject({ met: 1, missed: 0 });
    expect(met?.alertToZero.sumMs).toBe(30_000);
    expect(missed?.episodes).toMatchObject({ met: 0, missed: 1 });
    expect(missed?.alertToZero.sumMs).toBe(65_000);
  });

  it.each([
    ['an episode that another day counts', someFacts({ id: 'b', episode: inEpisode('a', 'a') }), {}],
    [
      'one that began as suggested the day before and is owed today',
      someFacts({ id: 'b', episode: inEpisode('a', 'b') }),
      { met: 1 },
    ],
    ['one whose record is from before that was noted', someFacts({ id: 'a', episode: inEpisode('a') }), { met: 1 }],
    [
      'what is still tried',
      someFacts({ outcome: 'pending', reason: 'conflict', count: 'open', zeroed: null }),
      { open: 1 },
    ],
    [
      'what was not owed',
      someFacts({ outcome: 'suggested', reason: 'mode-suggest', count: 'not-counted', zeroed: null }),
      { notCounted: 1 },
    ],
    [
      'a miss that somebody mended',
      someFacts({ outcome: 'already-zero', reason: 'at-zero', count: 'missed', zeroed: null }),
      { missed: 1 },
    ],
  ])('counts as it should %s', (_what, record, counted) => {
    const none = { met: 0, missed: 0, open: 0, notCounted: 0, late: 0, clockSkewed: 0 };

    expect(tallyOf(record)?.episodes).toEqual({ ...none, ...counted });
  });

  it('lists late ones as misses, out of the percentiles and out of the other breaches', () => {
    const { cells, lists } = fold(someFacts({ received: 16 * 60_000, zeroed: 16 * 60_000 + 5000 }));

    expect(cells[0]?.tally.episodes).toMatchObject({ met: 0, missed: 1, late: 1 });
    expect(cells[0]?.tally.alertToZero.count).toBe(0);
    expect(lists).toMatchObject({ breaches: [], late: [{ rollbackId: 'a', alertToZeroMs: 965_000 }] });
  });

  it('lists what has a clock ahead of ours, and keeps its times out', () => {
    const { cells, lists } = fold(someFacts({ received: -3000, zeroed: -1000 }));

    expect(cells[0]?.tally.episodes).toMatchObject({ met: 1, clockSkewed: 1 });
    expect(cells[0]?.tally.alertToZero.count).toBe(0);
    expect(lists).toMatchObject({ breaches: [], clockSkewed: [{ alertToZeroMs: -1000 }] });
  });

  it('tells a breach by its slowest stage', () => {
    const { lists } = fold(someFacts({ received: 65_000, zeroed: 66_000 }));

    expect(lists.breaches).toMatchObject([
      { slowestStage: { stage: 'firing-to-received', ms: 65_000 }, alertName: 'ErrorRate' },
    ]);
  });

  it.each([
    ['refused', 'other-version'],
    ['failed', 'forbidden'],
  ] as const)('tells of what was %s how long it took to reach us, which is known', (outcome, reason) => {
    const { lists, cells } = fold(someFacts({ outcome, reason, count: 'missed', zeroed: null, received: 31_000 }));

    expect(lists.breaches).toMatchObject([{ outcome, slowestStage: { stage: 'firing-to-received', ms: 31_000 } }]);
    expect(cells[0]?.tally.stages['firing-to-received'].count).toBe(0);
  });

  it.each([
    [
      'tells the time before it was received where that was the most',
      50_000,
      { stage: 'firing-to-received', ms: 50_000 },
    ],
    ['tells none where the rest took longer', 20_000, undefined],
  ])('%s, of a miss that a journal told of', (_what, received, slowestStage) => {
    const { timeline, ...record } = someFacts({ received, zeroed: 70_000 });
    const { targetedAt, ...untargeted } = timeline;

    const [breach] = fold({ ...record, timeline: untargeted }).lists.breaches;

    expect(breach?.alertToZeroMs).toBe(70_000);
    expect(breach?.slowestStage).toEqual(slowestStage);
  });

  it('splits no time of a record that a journal told of', () => {
    const { timeline, ...record } = someFacts();
    const { targetedAt, ...untargeted } = timeline;

    const tally = tallyOf({ ...record, timeline: untargeted });

    expect(tally?.alertToZero.count).toBe(1);
    expect(tally?.stages['firing-to-received'].count).toBe(0);
  });

  it('keeps the worst twenty of a service, and counts them all', () => {
    const breaches = Array.from({ length: 30 }, (_, index) => someFacts({ id: `${index}`, zeroed: 70_000 + index }));

    const { cells, lists } = fold(
      ...breaches,
      someFacts({ id: 'x', outcome: 'failed', reason: 'forbidden', count: 'missed', zeroed: null }),
    );

    expect(cells[0]?.tally.episodes.missed).toBe(31);
    expect(lists.breaches.map(({ alertToZeroMs }) => alertToZeroMs).sort()).toEqual([
      ...Array.from({ length: 19 }, (_, index) => 70_011 + index),
      undefined,
    ]);
  });

  it('leaves out what another record replaces', () => {
    expect(fold(someFacts({ supersededBy: 'b' }))).toMatchObject({ records: 1, cells: [] });
  });

  it('is the same in whatever order the records come', () => {
    const records = [
      someFacts({ id: 'a', episode: inEpisode('a', 'a'), zeroed: 80_000 }),
      someFacts({ id: 'b', episode: inEpisode('a', 'a'), fired: 5000 }),
      someFacts({ id: 'c', canary: 'cart.shop.svc.cluster.local/v2', received: 70_000, zeroed: 71_000 }),
      someFacts({ id: 'd', outcome: 'failed', reason: 'forbidden', count: 'missed', zeroed: null }),
      someFacts({
        id: 'e',
        outcome: 'refused',
        reason: 'other-version',
        count: 'missed',
        zeroed: null,
        episode: inEpisode('e', 'e'),
      }),
      someFacts({
        id: 'f',
        outcome: 'refused',
        reason: 'sole-destination',
        count: 'missed',
        zeroed: null,
        episode: inEpisode('e', 'e'),
      }),
    ];
    const wanted = fold(...records);

    fc.assert(
      fc.property(fc.shuffledSubarray(records, { minLength: records.length }), (shuffled) => {
        const { cells, lists } = fold(...shuffled);

        expect(cells).toEqual(wanted.cells);
        expect(new Set(lists.breaches)).toEqual(new Set(wanted.lists.breaches));
      }),
    );
  });
});
