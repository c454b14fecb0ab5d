import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { expectZero } from './world/expect-rollback.ts';
import { openFaultStage } from './world/fault-stage.ts';
import { type FaultWorld, openWorld } from './world/fault-world.ts';
import { insist } from './world/insist.ts';
import { tally } from './world/tally.ts';

const stage = await openFaultStage();
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Short enough to wait for: a firing is remembered for four times this. */
const HOLD = { 'weightless/hold': '1s' };
const HOLD_OVER_MS = 4300;

const startedAgo = (world: FaultWorld, ms: number) =>
  world.alert({ startsAt: new Date(Date.now() - ms).toISOString() });
const putBack = (world: FaultWorld) => world.merge({ spec: world.spec });
const patches = (world: FaultWorld) => world.kube.noted.filter(({ method }) => method === 'PATCH').length;
const told = async (world: FaultWorld) => (await world.events()).map(({ type }) => type).sort();

describe('an alert whose clock is', () => {
  const row = tally('Alert’s clock off by an hour, or three days old: rolled back, and counted as the rules say');

  test.concurrent.for([
    { what: 'an hour ahead', ago: -HOUR_MS, sla: { clockSkew: true, late: false, count: 'met' } },
    { what: 'a minute ahead', ago: -MINUTE_MS, sla: { clockSkew: true, late: false, count: 'met' } },
    { what: 'right', ago: 5000, sla: { clockSkew: false, late: false, count: 'met', met: true } },
    {
      what: 'two minutes behind',
      ago: 2 * MINUTE_MS,
      sla: { clockSkew: false, late: false, count: 'missed', met: false },
    },
    { what: 'an hour behind', ago: HOUR_MS, sla: { clockSkew: false, late: true, count: 'missed' } },
    { what: 'three days behind', ago: 3 * DAY_MS, sla: { clockSkew: false, late: true, count: 'missed' } },
  ])('$what is rolled back, and marked', async ({ ago, sla }, context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      const alert = startedAgo(world, ago);

      const delivered = await insist(world, undefined, [alert]);

      expect(delivered).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      await expectZero(world);
      const [record] = await world.records();
      expect(record).toMatchObject({ outcome: 'rolled-back', sla });
      expect(record?.timeline.firedAt).toBe(Date.parse(alert.startsAt));
      expect(await told(world)).toEqual(
        sla.count === 'missed' ? ['RollbackCompleted', 'RollbackSlaBreached'] : ['RollbackCompleted'],
      );
    });
  });
});

describe('a firing that comes again', () => {
  const row = tally('Firing repeated: within the hold, after it, with a new startsAt');

  test.concurrent('with the canary at zero is the same rollback', async (context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      const rollback = await world.start();
      await insist(world, rollback);

      const again = await insist(world, rollback);

      expect(again).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      expect({ patches: patches(world), told: await told(world) }).toEqual({ patches: 1, told: ['RollbackCompleted'] });
    });
  });

  test.concurrent('within the hold with the canary put back is zeroed five times, then a person decides', async (context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      const rollback = await world.start();
      await insist(world, rollback);
      const reasons: (string | undefined)[] = [];
      for (let time = 0; time < 6; time += 1) {
        await putBack(world);
        reasons.push((await insist(world, rollback)).results[0]?.reason);
      }

      expect(reasons).toEqual([undefined, undefined, undefined, undefined, undefined, 'contested']);
      expect(patches(world)).toBe(6);
      expect(await world.records()).toMatchObject([{ outcome: 'rolled-back', sla: { count: 'met' } }]);
      expect(await told(world)).toEqual([
        'RollbackCompleted',
        ...Array(5).fill('RollbackReasserted'),
        ...Array(5).fill('RollbackReverted'),
        'RollbackSuggested',
      ]);
    });
  });

  test.concurrent('after the hold with the canary put back does not act again; a new startsAt does', async (context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      await world.merge({ metadata: { annotations: HOLD } });
      const rollback = await world.start();
      await insist(world, rollback);
      await sleep(HOLD_OVER_MS);
      await putBack(world);

      const again = await insist(world, rollback);
      const untouched = (await world.object())['spec'];
      const toldThen = await told(world);
      const fresh = startedAgo(world, 1000);
      const next = await insist(world, rollback, [fresh]);

      expect(again).toMatchObject({ status: 200, results: [{ outcome: 'suggested', reason: 'already-acted' }] });
      expect(untouched).toEqual(world.spec);
      expect(toldThen).toEqual(['RollbackCompleted', 'RollbackSuggested']);
      expect(next).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      await expectZero(world);
      const records = await world.records();
      expect(records.map(({ outcome }) => outcome)).toEqual(['rolled-back', 'rolled-back']);
      expect(new Set(records.map(({ episode }) => episode?.id)).size).toBe(2);
    });
  });

  test.concurrent('with a new startsAt within the hold, the canary put back, acts', async (context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      const rollback = await world.start();
      await insist(world, rollback);
      await putBack(world);

      const next = await insist(world, rollback, [startedAgo(world, 1000)]);

      expect(next).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      await expectZero(world);
      expect(await world.records()).toMatchObject([{ outcome: 'rolled-back' }, { outcome: 'rolled-back' }]);
      expect(await told(world)).toEqual(['RollbackCompleted', 'RollbackCompleted']);
    });
  });
});
