import { afterAll, describe, expect, test } from 'vitest';
import type { HistoryEntry } from '#shared/domain/rollback-record.ts';
import type { RawObject } from '#test/scenarios/objects.ts';
import { expectZero } from './world/expect-rollback.ts';
import { openFaultStage } from './world/fault-stage.ts';
import { expectTold, type GuardedWorld, openHeldWorld } from './world/held-world.ts';
import { killPoints } from './world/kill-at.ts';
import { type Killable, killInWorld, requestsOf } from './world/kill-in-world.ts';
import { type Tally, tally } from './world/tally.ts';

const stage = await openFaultStage();
const MINUTE_MS = 60_000;
/** Runs of guard: one that is killed, one that does what is left, and one for which all events are old enough to be sent. */
const [KILLED, NEXT, LAST] = [2, 3, 5].map((minutes) => minutes * MINUTE_MS) as [number, number, number];

const proxies = ({ kube, dynamodb, busProxy }: GuardedWorld) => [kube, dynamodb, busProxy];
const guards: Killable<GuardedWorld>['act'] = (world, spawned) => world.guard(KILLED, spawned);
const kindsOf = (history: readonly HistoryEntry[]) => history.map(({ kind }) => kind);

async function guardOn(world: GuardedWorld): Promise<void> {
  await world.guardAgain(NEXT);
  await world.guardAgain(LAST);
}

const putBack: Killable<GuardedWorld> = {
  async open(onEnd) {
    const world = await openHeldWorld(stage, onEnd);
    await world.putBack();
    return world;
  },
  proxies,
  act: guards,
};

/** At zero again, counted once, and everyone told once of it and of who had put it back. */
async function expectReasserted(world: GuardedWorld, row: Tally): Promise<void> {
  await expectZero(world);
  expect((await world.object()).metadata.labels).toMatchObject({ 'weightless/held': 'true' });
  expect(await world.entries()).toMatchObject([{ state: 'open', reasserts: 1, reverted: { by: expect.any(String) } }]);
  const { outcome, history } = await world.record();
  expect({ outcome, kinds: kindsOf(history) }).toEqual({ outcome: 'rolled-back', kinds: ['reverted', 'reasserted'] });
  await expectTold(world, row, ['RollbackCompleted', 'RollbackReverted', 'RollbackReasserted']);
}

const SHORT_HOLD_S = 5;
const over: Killable<GuardedWorld> = {
  // Four holds are over by the time of the first run.
  open: (onEnd) => openHeldWorld(stage, onEnd, { change: holdingFor(`${SHORT_HOLD_S}s`) }),
  proxies,
  act: guards,
};

function holdingFor(hold: string): (object: RawObject) => RawObject {
  const mark = `"weightless/hold":${JSON.stringify(hold)},`;
  return (object) => JSON.parse(JSON.stringify(object).replace('"weightless/canary"', `${mark}"weightless/canary"`));
}

/** The hold has ended once, the object bears our label no more, and the journal stays. */
async function expectClosed(world: GuardedWorld, row: Tally): Promise<void> {
  await expectZero(world);
  expect((await world.object()).metadata.labels ?? {}).not.toHaveProperty('weightless/held');
  const [entry, ...more] = await world.entries();
  expect(more).toEqual([]);
  expect(entry).toMatchObject({ state: 'closed', reasserts: 0 });
  const { outcome, history } = await world.record();
  expect(outcome).toBe('rolled-back');
  expect(history).toMatchObject([{ kind: 'released', at: entry?.ended?.at }]);
  await expectTold(world, row, ['RollbackCompleted', 'HoldReleased']);
}

const cases = [
  { what: 're-asserts a hold', one: putBack, expectDone: expectReasserted, requests: await requestsOf(putBack) },
  { what: 'closes a hold', one: over, expectDone: expectClosed, requests: await requestsOf(over) },
];

for (const { what, one, expectDone, requests } of cases) {
  const points = killPoints(requests);

  describe(`guard that is killed (SIGKILL) while it ${what}`, () => {
    const row = tally(`SIGKILL of guard at every request, before, between and after, while it ${what}; the next run`);
    const kills: string[] = [];
    afterAll(() => row.note(`${kills.length} killed, at ${[...new Set(kills)].join(', ')}`));

    test.concurrent.for(points)(
      'at request $request, $moment: the next run does what is left, and nothing twice',
      async (point, { onTestFinished: onEnd }) => {
        await row.hold(async () => {
          const { world, struck } = await killInWorld(one, point, { onEnd, row });

          await guardOn(world);

          await expectDone(world, row);
          kills.push(struck);
        });
      },
    );
  });
}
