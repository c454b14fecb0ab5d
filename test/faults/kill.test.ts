import { afterAll, describe, expect, test } from 'vitest';
import type { RawAlert } from '#test/builders/alert.ts';
import { expectRollback } from './world/expect-rollback.ts';
import { openFaultStage } from './world/fault-stage.ts';
import { type FaultWorld, type OnEnd, openWorld } from './world/fault-world.ts';
import { insist } from './world/insist.ts';
import { type KillPoint, killAt, killPoints, MOMENTS, untilKilled } from './world/kill-at.ts';
import { runGuard } from './world/run-guard.ts';
import { type Tally, tally } from './world/tally.ts';

const stage = await openFaultStage();
const MOST_WORLDS = 5;

type Case = {
  readonly what: string;
  readonly moments: readonly KillPoint['moment'][];
  readonly alerts: (world: FaultWorld) => readonly RawAlert[];
};

const cases: readonly Case[] = [
  { what: 'one alert', moments: MOMENTS, alerts: (world) => [world.alert()] },
  {
    what: 'three alerts about one canary',
    moments: ['done'],
    alerts: (world) => ['a', 'b', 'c'].map((fingerprint) => world.alert({ fingerprint })),
  },
];

async function countRequests(): Promise<number> {
  const ends: (() => Promise<void>)[] = [];
  const world = await openWorld(stage, (step) => ends.unshift(step));
  await world.deliver(await world.start());
  for (const end of ends) await end();
  return world.kube.noted.length + world.dynamodb.noted.length;
}

/** How many requests one rollback makes at least, from its function's first breath on: a slow machine repeats some. */
async function requestsOfOneRollback(): Promise<number> {
  return Math.min(await countRequests(), await countRequests(), await countRequests());
}

/**
 * A delivery to a new instance that is killed there. Requests that are made side by side come in any order, and what is
 * out of time is given up: where the point did not come, it is tried again in another world. One that never comes fails.
 */
async function deliverAndKill(one: Case, point: KillPoint, onEnd: OnEnd, row: Tally) {
  for (let worlds = 1; ; worlds += 1) {
    const world = await openWorld(stage, onEnd);
    const alerts = one.alerts(world);
    const at = killAt([world.kube, world.dynamodb], point);
    await untilKilled(async () => world.deliver(await world.start('rollback', {}, { spawned: at.arm }), alerts));
    // Also where it was killed only just after it had answered.
    const killed = await at.killed();
    if (!killed && worlds < MOST_WORLDS) continue;
    row.measure('worlds until it was killed at its point:', worlds);
    expect(killed).toBe(true);
    return { world, alerts, struck: at.struck() ?? '' };
  }
}

const requestsOfOne = await requestsOfOneRollback();

for (const one of cases) {
  const points = killPoints(requestsOfOne, one.moments);

  describe(`a function that is killed (SIGKILL) while it handles ${one.what}`, () => {
    const row = tally(`SIGKILL at every request, before, between and after; ${one.what}; the alert is sent again`);
    row.note(`killed at each of ${points.length / one.moments.length} requests, once it has ${one.moments.join(', ')}`);
    const kills: string[] = [];
    afterAll(() => row.note(`${kills.length} killed, at ${[...new Set(kills)].join(', ')}`));

    test.concurrent.for(points)(
      'at request $request, $moment, leaves everything to the retry',
      async (point, context) => {
        await row.hold(async () => {
          const { world, alerts, struck } = await deliverAndKill(one, point, context.onTestFinished, row);

          const retried = await insist(world, undefined, alerts);

          expect(retried).toMatchObject({ status: 200, results: alerts.map(() => ({ outcome: 'rolled-back' })) });
          await expectRollback(world, row, alerts);
          kills.push(struck);
        });
      },
    );
  });
}

describe('a function that is killed (SIGKILL), and nobody who sends again', () => {
  const row = tally('SIGKILL at every request; nobody sends again, guard runs');
  const one: Case = { what: 'one alert', moments: ['done'], alerts: (world) => [world.alert()] };

  test.concurrent.for(killPoints(requestsOfOne, one.moments))(
    'at request $request: guard records what was done, and nothing else',
    async (point, context) => {
      await row.hold(async () => {
        const { world } = await deliverAndKill(one, point, context.onTestFinished, row);
        const patched = world.kube.noted.some(({ method, status }) => method === 'PATCH' && status === 200);

        await runGuard(world, context.onTestFinished);

        if (patched) await expectRollback(world, row);
        else expect(await world.records()).toEqual([]);
        // Alertmanager comes again in any case.
        await insist(world);
        await expectRollback(world, row);
      });
    },
  );
});
