import { describe, expect, it } from 'vitest';
import { startBudget } from '#shared/steps/budget.ts';
import { recordEnded } from '#shared/steps/record-ended.ts';
import { releaseHold } from '#shared/steps/release-hold.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import { type Gate, gatedCluster, gatedRollbackLog } from '#test/doubles/gated.ts';
import { gatedGuard, runGuardOf } from '#test/doubles/guard-runs.ts';
import {
  HOLD_OVER_MS,
  journal,
  putBack,
  rolledBack,
  type Service,
  told,
  weights,
} from '#test/doubles/incident-service.ts';
import { interleave, type Runner } from '#test/doubles/interleave.ts';

const signal = new AbortController().signal;

/** Runs can only meet where the store or the object is read to be written. */
const MEETINGS = ['read', 'commit', 'patch', 'get'];
const meeting =
  (gate: Gate): Gate =>
  async (what, when) => {
    if (MEETINGS.includes(what)) await gate(what, when);
  };

const guards =
  (service: Service): Runner =>
  async (gate) =>
    void (await gatedGuard(service, meeting(gate))({}, { signal }));
const delivers =
  (service: Service): Runner =>
  async (gate) =>
    void (await service.post([aRawAlert()], service.gated(meeting(gate))));

/** A person releases it, as `operate` does. */
const releases =
  (service: Service): Runner =>
  async (gate) => {
    const cluster = gatedCluster(service.cluster, meeting(gate));
    const budget = startBudget(service.clock, signal, service.clock.now());
    const ends = () => true;
    const release = { state: 'released' as const, by: 'alice', why: 'v2 is mended', ends };
    const [namespace = '', name = ''] = INCIDENT_NAME.split('/');
    const end = await releaseHold({ namespace, name }, release, { cluster, budget });
    if (end.kind !== 'released') return;
    const log = gatedRollbackLog(service.store, meeting(gate));
    const { ended, open } = end;
    await recordEnded(
      { cluster: cluster.name, virtualService: INCIDENT_NAME, ended, open },
      { log, clock: service.clock },
      signal,
    );
  };

async function wasPutBack(): Promise<Service> {
  const service = await rolledBack();
  putBack(service);
  service.clock.advance(60_000);
  return service;
}

async function isOver(): Promise<Service> {
  const service = await rolledBack();
  service.clock.advance(HOLD_OVER_MS);
  return service;
}

const REASSERTED = ['RollbackCompleted', 'RollbackReverted', 'RollbackReasserted'];
const RELEASED = ['RollbackCompleted', 'HoldReleased'];

async function expectReasserted(service: Service, order: string): Promise<void> {
  expect(weights(service), order).toEqual([100, 0]);
  expect(service.cluster.patches, order).toHaveLength(2);
  expect(journal(service).entries, order).toMatchObject([{ reasserts: 1, state: 'open' }]);
  expect(await told(service), order).toEqual(REASSERTED);
}

async function expectReleased(service: Service, order: string): Promise<void> {
  expect(journal(service).entries, order).toHaveLength(1);
  expect(journal(service).entries[0]?.state, order).not.toBe('open');
  expect(service.cluster.read(INCIDENT_NAME).metadata.labels, order).not.toHaveProperty('weightless/held');
  expect(service.cluster.patches, order).toHaveLength(2);
  expect(await told(service), order).toEqual(RELEASED);
}

/** Interleaving starts its worlds at once: one is always made ahead. */
async function everyOrder(
  start: () => Promise<Service>,
  makers: readonly ((service: Service) => Runner)[],
  check: (service: Service, order: string) => Promise<void>,
): Promise<number> {
  let ahead = await start();
  return interleave<Service>(
    () => ({ world: ahead, runners: makers.map((make) => make(ahead)) }),
    async (service, order) => {
      await check(service, order);
      ahead = await start();
    },
  );
}

/** Stops everything at the nth gate, as a process that dies there does. */
function killAt(number: number) {
  let passed = 0;
  const { promise: killed, resolve } = Promise.withResolvers<string>();
  const gate: Gate = async () => {
    passed += 1;
    if (passed < number) return;
    resolve('killed');
    await new Promise<never>(() => undefined);
  };
  return { gate, killed };
}

async function killedAnywhere(
  start: () => Promise<Service>,
  check: (service: Service, order: string) => Promise<void>,
): Promise<number> {
  for (let number = 1; ; number += 1) {
    const service = await start();
    const { gate, killed } = killAt(number);
    const end = await Promise.race([killed, gatedGuard(service, gate)({}, { signal }).then(() => 'done')]);

    await runGuardOf(service);

    await check(service, `killed at ${number}`);
    if (end === 'done') return number;
    expect(number).toBeLessThan(100);
  }
}

describe('a canary that was put back', () => {
  it.each([
    ['two guards at once', [guards, guards]],
    ['guard beside a retry', [guards, delivers]],
  ] as const)(
    'is taken to zero once, and told of once, by %s, in whatever order their steps fall',
    async (_, makers) => {
      const orders = await everyOrder(wasPutBack, makers, expectReasserted);

      expect(orders).toBeGreaterThan(9);
    },
  );

  it('is told of once by the next guard, wherever the one before was killed', async () => {
    expect(await killedAnywhere(wasPutBack, expectReasserted)).toBeGreaterThan(9);
  });

  it('ends at zero and held, or released and left, where a person releases it beside guard', async () => {
    const ends = new Set<string>();

    await everyOrder(wasPutBack, [guards, releases], async (service, order) => {
      const [entry] = journal(service).entries;
      expect(entry?.state, order).toBe('released');
      const types = await told(service);
      expect(
        types.filter((type) => type === 'HoldReleased'),
        order,
      ).toHaveLength(1);
      expect(
        types.filter((type) => type === 'RollbackReasserted'),
        order,
      ).toHaveLength(entry?.reasserts ?? -1);
      ends.add(`${entry?.reasserts} ${weights(service)}`);
    });

    expect([...ends].sort()).toEqual(['0 1,99', '1 100,0']);
  });
});

describe('a hold that is over', () => {
  it.each([
    ['two guards at once', [guards, guards]],
    ['guard beside a person', [guards, releases]],
  ] as const)('ends once, and is told of once, by %s, in whatever order their steps fall', async (_, makers) => {
    const orders = await everyOrder(isOver, makers, expectReleased);

    expect(orders).toBeGreaterThan(9);
  });

  it('is told of once by the next guard, wherever the one before was killed', async () => {
    expect(await killedAnywhere(isOver, expectReleased)).toBeGreaterThan(9);
  });
});
