import { expect } from 'vitest';
import { INCIDENT_SERVICE } from '#cli/demo/incident.ts';
import { expectZero } from './expect-rollback.ts';
import type { FaultStage } from './fault-stage.ts';
import type { OnEnd } from './fault-world.ts';
import { expectTold, type GuardedWorld, openGuardedWorld, openHeldWorld } from './held-world.ts';
import type { Asked, Told } from './operate.ts';
import type { Tally } from './tally.ts';

/** What people do by hand, and what must have come of it in the end, whatever went wrong on the way. */
export type ByHandCase = {
  readonly what: string;
  readonly open: (stage: FaultStage, onEnd: OnEnd) => Promise<GuardedWorld>;
  readonly ask: (world: GuardedWorld) => Promise<Asked>;
  /** What the answer tells where this request, or one before it, did it. */
  readonly expectAnswer: (world: GuardedWorld, told: Told) => void;
  /** Object, record and events are those of one such request. */
  readonly expectDone: (world: GuardedWorld, row: Tally) => Promise<void>;
  /** They are those of before. */
  readonly expectUntouched: (world: GuardedWorld) => Promise<void>;
};

const WHY = 'v2 was not at fault';
const MINUTE_MS = 60_000;
/** When all events are old enough for guard to send them. */
const LATER_MS = 5 * MINUTE_MS;

async function expectLabel(world: GuardedWorld, held: boolean): Promise<void> {
  const { labels = {} } = (await world.object()).metadata;
  expect('weightless/held' in labels).toBe(held);
}

/** The end of the hold is in the journal, and told of by the record: of one person, at one time. */
async function expectEnded(world: GuardedWorld, state: 'restored' | 'released'): Promise<void> {
  await expectLabel(world, false);
  const entries = await world.entries();
  expect(entries).toMatchObject([{ state, ended: { by: 'alice', why: WHY } }]);
  const { outcome, history } = await world.record();
  expect(outcome).toBe('rolled-back');
  expect(history).toEqual([{ kind: state, virtualService: world.name, ...entries[0]?.ended }]);
}

async function expectHeld(world: GuardedWorld): Promise<void> {
  await expectZero(world);
  await expectLabel(world, true);
  expect(await world.entries()).toMatchObject([{ state: 'open' }]);
  expect((await world.record()).history).toEqual([]);
}

const restore: ByHandCase = {
  what: 'a restore',
  open: (stage, onEnd) => openHeldWorld(stage, onEnd),
  ask: async (world) => ({ path: `/v1/rollbacks/${(await world.record()).id}/restore`, body: { reason: WHY } }),
  expectAnswer({ name }, { status, body }) {
    expect({ status, body }).toMatchObject({ status: 200, body: { message: expect.stringMatching(/\w\.$/) } });
    expect([body['restored'], body['restoredBefore']].flat()).toEqual([name]);
  },
  async expectDone(world, row) {
    await world.guardAgain(LATER_MS);
    expect((await world.object())['spec']).toEqual(world.spec);
    await expectEnded(world, 'restored');
    await expectTold(world, row, ['RollbackCompleted', 'RollbackRestored']);
  },
  expectUntouched: expectHeld,
};

const release: ByHandCase = {
  what: 'a release',
  open: (stage, onEnd) => openHeldWorld(stage, onEnd),
  ask: async ({ name }) => ({ path: `/v1/holds/production-eu/${name}/release`, body: { reason: WHY } }),
  expectAnswer: (_, told) => expect(told).toMatchObject({ status: 200 }),
  async expectDone(world, row) {
    await world.guardAgain(LATER_MS);
    await expectZero(world);
    await expectEnded(world, 'released');
    await expectTold(world, row, ['RollbackCompleted', 'HoldReleased']);
  },
  expectUntouched: expectHeld,
};

const rollback: ByHandCase = {
  what: 'a rollback by hand',
  open: (stage, onEnd) => openGuardedWorld(stage, onEnd),
  ask: async ({ namespace }) => ({
    path: '/v1/rollbacks',
    body: { cluster: 'production-eu', namespace, virtualService: INCIDENT_SERVICE, reason: WHY },
    key: `key-of-${namespace}`,
  }),
  expectAnswer: (_, told) =>
    expect(told).toMatchObject({ status: 200, body: { results: [{ outcome: 'rolled-back' }] } }),
  async expectDone(world, row) {
    await world.guardAgain(LATER_MS);
    await expectZero(world);
    await expectLabel(world, true);
    expect(await world.entries()).toMatchObject([{ state: 'open', alerts: [expect.stringMatching(/^manual-/)] }]);
    const [left, done] = partition(await world.records(), ({ outcome }) => outcome === 'already-zero');
    expect(done).toMatchObject([{ outcome: 'rolled-back', requestedBy: { name: 'alice', reason: WHY } }]);
    expect(done.flatMap(({ history }) => history).filter(({ kind }) => kind !== 'improved')).toEqual([]);
    // A store that did not say in time that the first try is pending: its record ends with the second.
    expect(left.length).toBeLessThanOrEqual(1);
    if (left.length > 0) row.note('the store was too slow to know the key: the pending try ended as already-zero');
    await expectTold(world, row, ['RollbackCompleted', ...left.map(() => 'RollbackSkipped' as const)]);
  },
  async expectUntouched(world) {
    expect((await world.object())['spec']).toEqual(world.spec);
    await expectLabel(world, false);
    expect(await world.entries()).toEqual([]);
    expect(await world.records()).toEqual([]);
  },
};

function partition<T>(some: readonly T[], is: (one: T) => boolean): [T[], T[]] {
  return [some.filter(is), some.filter((one) => !is(one))];
}

export const BY_HAND: readonly ByHandCase[] = [restore, release, rollback];
