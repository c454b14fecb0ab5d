import { describe, expect, test } from 'vitest';
import type { RawObject } from '#test/scenarios/objects.ts';
import { expectTime, expectZero } from './world/expect-rollback.ts';
import { openFaultStage } from './world/fault-stage.ts';
import { type FaultWorld, openWorld } from './world/fault-world.ts';
import { insist } from './world/insist.ts';
import { type Tally, tally } from './world/tally.ts';

const stage = await openFaultStage();
const JOURNAL = 'weightless/journal';
const LIMIT_BYTES = 256 * 1024;
const HOUR_MS = 3_600_000;

type Annotations = Readonly<Record<string, string>>;
type Variant = { readonly what: string; readonly annotations: (world: FaultWorld, uid: string) => Annotations };

/** An entry as we write it. */
function entry(uid: string, firing: string, more: Readonly<Record<string, unknown>> = {}) {
  const sentAt = Date.now() - 60_000;
  const times = { receivedAt: sentAt - 10, sentAt, holdUntil: sentAt + 4 * HOUR_MS };
  const undo = [{ op: 'replace', path: '/spec/http/1/route/1/weight', value: 99 }];
  const known = {
    v: 1,
    id: 'a'.repeat(64),
    uid,
    alerts: [firing],
    ...times,
    state: 'open',
    reasserts: 0,
    after: 'b',
    undo,
  };
  return { ...known, ...more };
}
const journal = (...entries: readonly unknown[]): Annotations => ({ [JOURNAL]: JSON.stringify(entries) });
const written =
  (text: string): Variant['annotations'] =>
  () => ({ [JOURNAL]: text });
const firingOf = (world: FaultWorld): string => {
  const { fingerprint, startsAt } = world.alert();
  return `${fingerprint}@${startsAt}`;
};
const others = (uid: string, count: number, undoBytes: number) =>
  Array.from({ length: count }, (_, index) =>
    entry(uid, `other-${index}@2026-01-01T00:00:00.000Z`, {
      undo: [{ op: 'add', path: '/spec/http/0/name', value: 'x'.repeat(undoBytes) }],
    }),
  );

const variants: readonly Variant[] = [
  { what: 'full: 8 entries', annotations: (_, uid) => journal(...others(uid, 8, 10)) },
  { what: 'full: 8 entries of nearly 16 KiB', annotations: (_, uid) => journal(...others(uid, 8, 1700)) },
  { what: 'full: one entry of nearly 16 KiB', annotations: (_, uid) => journal(...others(uid, 1, 15_500)) },
  { what: 'over our own limit', annotations: (_, uid) => journal(...others(uid, 8, 8000)) },
  {
    what: 'full: an entry of 20 alerts that began later',
    annotations: (_, uid) =>
      journal(
        entry(uid, 'x@y', {
          alerts: Array.from({ length: 20 }, (__, n) => `${n}@2026-01-01T00:00:00.000Z`),
          sentAt: 1,
        }),
      ),
  },
  { what: 'garbage: not JSON', annotations: written('{"v":1,') },
  { what: 'garbage: empty', annotations: written('') },
  { what: 'garbage: no list', annotations: written('{"v":1}') },
  { what: 'garbage: a list of anything', annotations: written('[null, 7, "x", [], {}, [[[[1]]]]]') },
  { what: 'garbage: 10,000 levels', annotations: written('['.repeat(8000) + ']'.repeat(8000)) },
  {
    what: 'garbage: this firing, with times that are none',
    annotations: (world, uid) =>
      journal(entry(uid, firingOf(world), { sentAt: -1 }), entry(uid, firingOf(world), { sentAt: 'now' })),
  },
  {
    what: 'garbage: this firing, sent in the year 33658',
    annotations: (world, uid) => journal(entry(uid, firingOf(world), { sentAt: 1e15, holdUntil: 1e15 })),
  },
  {
    what: 'garbage: this firing, sent a year from now',
    annotations: (world, uid) => {
      const sentAt = Date.now() + 365 * 24 * HOUR_MS;
      return journal(entry(uid, firingOf(world), { receivedAt: sentAt, sentAt, holdUntil: sentAt + HOUR_MS }));
    },
  },
  { what: 'garbage: `__proto__`', annotations: written('[{"__proto__":{"v":1,"uid":"x"}}]') },
  {
    what: 'of a copied object, with this firing',
    annotations: (world) => journal(entry('another-uid', firingOf(world))),
  },
  {
    what: 'of a copied object, with this firing and its hold over',
    annotations: (world) => journal(entry('another-uid', firingOf(world), { state: 'closed', holdUntil: 1 })),
  },
  {
    what: 'with 255 KiB of other annotations',
    annotations: () => ({ 'example.com/large': 'x'.repeat(LIMIT_BYTES - 1400) }),
  },
  {
    what: 'with other annotations that leave no room at all',
    annotations: () => ({ 'example.com/large': 'x'.repeat(LIMIT_BYTES - 160) }),
  },
  {
    what: 'full, with other annotations that leave no room for more',
    annotations: (_, uid) => {
      const own = journal(...others(uid, 8, 10));
      return { ...own, 'example.com/large': 'x'.repeat(LIMIT_BYTES - (own[JOURNAL]?.length ?? 0) - 200) };
    },
  },
];

/**
 * The record tells of this delivery, and of nothing that stood in the journal. Where that had no room for ours, and the
 * answer to the patch was lost on a slow machine, nothing says who did it.
 */
async function expectTrueRecord(world: FaultWorld, row: Tally, began: number): Promise<void> {
  const [record, ...more] = await world.records();
  expect(more).toEqual([]);
  const patches = world.kube.noted.filter(({ method }) => method === 'PATCH').length;
  if (record?.outcome === 'already-zero' && patches > 1)
    return row.note('no room for the journal, and a lost answer: already-zero');
  expect(record).toMatchObject({ outcome: 'rolled-back', sla: { count: 'met' } });
  if (!record) return;
  await expectTime(world, row, record);
  expect(record.timeline.receivedAt).toBeGreaterThanOrEqual(began);
  const shares = record.weights.map(({ before, after }) => [before, after].map((all) => all.map((one) => one.weight)));
  expect(shares).toEqual([
    [
      [1, 99],
      [100, 0],
    ],
  ]);
  expect((await world.events()).map(({ type }) => type)).toEqual(['RollbackCompleted']);
}

describe('a journal that is', () => {
  const row = tally('Journal: full, garbage, of a copied object, annotations near 256 KiB');

  test.concurrent.for(variants)('$what: at zero, and nothing false is recorded', async ({ annotations }, context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      const uid = String((await world.object()).metadata['uid']);
      await world.merge({ metadata: { annotations: annotations(world, uid) } });
      const rollback = await world.start();
      const began = Date.now();

      const delivered = await insist(world, rollback);

      expect(delivered.status).toBe(200);
      await expectZero(world);
      await expectTrueRecord(world, row, began);
    });
  });
});

describe('a copied object that is at zero already', () => {
  const row = tally('Journal: of a copied object that is at zero already');

  test.concurrent.for([
    { what: 'and names this firing', firing: firingOf },
    { what: 'and names another one', firing: () => 'other@2026-01-01T00:00:00.000Z' },
  ])('$what is no rollback of ours', async ({ firing }, context) => {
    await row.hold(async () => {
      const zeroed = (object: RawObject): RawObject =>
        JSON.parse(JSON.stringify(object).replace('"weight":99', '"weight":0').replace('"weight":1}', '"weight":100}'));
      const world = await openWorld(stage, context.onTestFinished, { change: zeroed });
      await world.merge({ metadata: { annotations: journal(entry('another-uid', firing(world))) } });

      const delivered = await insist(world);

      expect(delivered).toMatchObject({ status: 200, results: [{ outcome: 'already-zero', reason: 'at-zero' }] });
      expect(await world.records()).toMatchObject([{ outcome: 'already-zero', sla: { count: 'not-counted' } }]);
      expect(world.kube.noted.filter(({ method }) => method === 'PATCH')).toEqual([]);
    });
  });
});
