import { describe, expect, it } from 'vitest';
import { aRawAlert } from '#test/builders/alert.ts';
import { aVirtualService } from '#test/builders/virtual-service.ts';
import type { Gate } from '#test/doubles/gated.ts';
import { deafBus, gatedGuard, recordingBus, runGuardOf } from '#test/doubles/guard-runs.ts';
import { interleave, type Runner } from '#test/doubles/interleave.ts';
import { rollbackService, type ServiceParts } from '#test/doubles/rollback-service.ts';
import { fails, scriptedCluster, times } from '#test/doubles/scripted-cluster.ts';

const MINUTE = 60_000;
const signal = new AbortController().signal;

type Service = ReturnType<typeof rollbackService>;
/** A world as some deliveries left it. */
type Left = {
  readonly name: string;
  readonly parts: ServiceParts;
  readonly leave: (service: Service) => Promise<void>;
};

const typesOf = async (service: Service) => (await service.events()).map(({ type }) => type).sort();
const LATENCY_MS = 7;

/** Lets everything pass that comes before the effect, and nothing after. */
function stopBefore(effect: string): { readonly gate: Gate; readonly stopped: Promise<void> } {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  let isOver = false;
  return {
    stopped,
    async gate(what, when) {
      isOver ||= what === effect && when === 'before';
      if (!isOver) return;
      resolve();
      await new Promise<never>(() => undefined);
    },
  };
}

async function unrecorded(service: Service): Promise<void> {
  const { gate, stopped } = stopBefore('commit');
  void service.post([aRawAlert()], service.gated(meeting(gate)));
  await stopped;
  service.clock.advance(MINUTE + 1);
}

/** The cluster is away for the first delivery. */
async function pending(service: Service): Promise<void> {
  const away = scriptedCluster(service.cluster, { list: times(9, fails('unauthorized')) });
  await service.post([aRawAlert()], service.handler({ clusters: async () => [away] }));
  service.clock.advance(MINUTE / 2);
}

const left: readonly Left[] = [
  { name: 'whose only trace is the journal', parts: {}, leave: unrecorded },
  { name: 'that is pending', parts: {}, leave: pending },
];

/** Runs can only meet where the store or an object is read to be written: the other effects need no order. */
const MEETINGS = ['read', 'commit', 'patch', 'ofFiring', 'publish', 'markSent'];
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

async function expectOneRollback(service: Service, order: string): Promise<void> {
  expect(service.cluster.patches, order).toHaveLength(1);
  expect(await service.records(), order).toMatchObject([{ outcome: 'rolled-back', sla: { count: 'met' } }]);
  expect(await typesOf(service), order).toEqual(['RollbackCompleted']);
}

for (const { name, parts, leave } of left) {
  describe(`a rollback ${name}`, () => {
    it.each([
      ['two guards at once', [guards, guards]],
      ['guard beside a delivery', [guards, delivers]],
    ] as const)('ends in one record and one event by %s, in whatever order their steps fall', async (_, makers) => {
      const start = async () => {
        const service = rollbackService(parts);
        await leave(service);
        return service;
      };
      const { worlds, next } = await prepared(start);

      const orders = await interleave<Service>(
        () => {
          const service = next();
          return { world: service, runners: makers.map((make) => make(service)) };
        },
        async (service, order) => {
          await expectOneRollback(service, order);
          await worlds();
        },
      );

      expect(orders).toBeGreaterThan(9);
    });

    it('ends in one record and one event by the next guard, wherever the one before was killed', async () => {
      for (let number = 1; ; number += 1) {
        const service = rollbackService(parts);
        await leave(service);
        const { gate, killed } = killAt(number, service);
        const run = gatedGuard(service, gate)({}, { signal }).then(() => 'done');
        const end = await Promise.race([killed, run]);
        service.clock.advance(1000);

        await runGuardOf(service);

        await expectOneRollback(service, `killed at ${number}`);
        if (end === 'done') break;
        expect(number).toBeLessThan(100);
      }
    });
  });
}

/** Interleaving starts its worlds at once: one is always made ahead. */
async function prepared<World>(start: () => Promise<World>) {
  let ahead = await start();
  return {
    next: () => ahead,
    worlds: async () => {
      ahead = await start();
    },
  };
}

/** Stops everything at the nth gate, as a process that dies there does. */
function killAt(number: number, { clock }: Service) {
  let passed = 0;
  const { promise: killed, resolve } = Promise.withResolvers<string>();
  const gate: Gate = async (_what, when) => {
    passed += 1;
    if (when === 'before') clock.advance(LATENCY_MS);
    if (passed < number) return;
    resolve('killed');
    await new Promise<never>(() => undefined);
  };
  return { gate, killed };
}

describe('an overdue rollback', () => {
  async function overdue(): Promise<Service> {
    const service = rollbackService();
    await pending(service);
    service.clock.advance(MINUTE);
    return service;
  }

  /** A guard that the cluster lets in no more. */
  function guardsInVain(service: Service): Runner {
    const away = [scriptedCluster(service.cluster, { list: times(99, fails('unauthorized')) })];
    return async (gate) => void (await gatedGuard(service, meeting(gate), { clusters: away })({}, { signal }));
  }

  it('is told of once by two guards at once, in whatever order their steps fall', async () => {
    const { worlds, next } = await prepared(overdue);

    await interleave<Service>(
      () => ({ world: next(), runners: [guardsInVain(next()), guardsInVain(next())] }),
      async (service, order) => {
        expect(await typesOf(service), order).toEqual(['RollbackFailed', 'RollbackSlaBreached']);
        expect(await service.records(), order).toMatchObject([{ reason: 'unreachable', version: 2 }]);
        await worlds();
      },
    );
  });

  it('that is rolled back at the same moment ends as rolled back, and its breach is told once', async () => {
    const { worlds, next } = await prepared(overdue);

    await interleave<Service>(
      () => {
        const service = next();
        return { world: service, runners: [guardsInVain(service), delivers(service)] };
      },
      async (service, order) => {
        const open = (await service.records()).filter(({ supersededBy }) => supersededBy === undefined);
        expect(open, order).toMatchObject([{ outcome: 'rolled-back', sla: { met: false } }]);
        const types = await typesOf(service);
        expect(
          types.filter((type) => type === 'RollbackSlaBreached'),
          order,
        ).toHaveLength(1);
        expect(
          types.filter((type) => type === 'RollbackCompleted'),
          order,
        ).toHaveLength(1);
        await worlds();
      },
    );
  });
});

describe('a record without canary that two racing deliveries left beside the one that knows it', () => {
  async function besideTheKnown() {
    const service = rollbackService();
    await pending(service);
    const [ghost] = await service.records();
    if (!ghost) throw new Error('a record');
    await service.post();
    await service.store.commit({ rollbacks: [ghost], remove: [], events: [] }, signal);
    return service;
  }

  it('is removed when it would be overdue, and wakes nobody', async () => {
    const service = await besideTheKnown();
    service.clock.advance(MINUTE);
    const away = [scriptedCluster(service.cluster, { list: times(9, fails('unauthorized')) })];

    await runGuardOf(service, { clusters: async () => away });

    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(await typesOf(service)).toEqual(['RollbackCompleted']);
  });

  it('goes with the next look at the firing', async () => {
    const service = await besideTheKnown();

    await runGuardOf(service);

    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(await typesOf(service)).toEqual(['RollbackCompleted']);
  });
});

describe('guard, for the outbox', () => {
  async function withOldEvents(count: number): Promise<Service> {
    const service = rollbackService({
      objects: Array.from({ length: count }, (_, index) =>
        aVirtualService({ name: `s${index}`, uid: `u${index}`, spec: specOf(`s${index}`) }),
      ),
    });
    const alerts = Array.from({ length: count }, (_, index) =>
      aRawAlert({ fingerprint: `f${index}`, labels: { ...aRawAlert().labels, destination_service_name: `s${index}` } }),
    );
    await service.post(alerts);
    service.clock.advance(MINUTE + 1);
    return service;
  }
  const specOf = (host: string) => ({
    hosts: [host],
    http: [{ route: [{ destination: { host, subset: 'v1' } }, { destination: { host, subset: 'v2' }, weight: 5 }] }],
  });

  it('sends what is older than a minute again under its id, and nothing twice once it is marked', async () => {
    const service = await withOldEvents(3);
    const written = await service.events();
    const bus = recordingBus();

    const runs = [await runGuardOf(service, { bus }), await runGuardOf(service, { bus })];

    expect(bus.taken.map(({ id }) => id).sort()).toEqual(written.map(({ id }) => id).sort());
    expect(runs.map(({ events }) => events)).toMatchObject([
      { sent: 3, unsent: 0 },
      { sent: 0, unsent: 0 },
    ]);
    expect(service.meter.totals.get('EventsUnsent')).toBe(0);
  });

  it('leaves to the stream what is younger', async () => {
    const service = rollbackService();
    await service.post();
    service.clock.advance(MINUTE - 1);

    const run = await runGuardOf(service);

    expect(run.events).toEqual({ sent: 0, unsent: 0, refused: [] });
  });

  it('sends all that stands behind events which the bus refuses, and counts what stays', async () => {
    const service = await withOldEvents(230);
    const poison = new Set((await service.events()).slice(0, 120).map(({ id }) => id));
    const bus = recordingBus(({ id }) => poison.has(id));

    const run = await runGuardOf(service, { bus });

    expect(run.events).toMatchObject({ sent: 110, unsent: 120 });
    expect(service.meter.totals.get('EventsUnsent')).toBe(120);
  });

  it('counts what waits while the bus does not answer, and does the rest of its work', async () => {
    const service = rollbackService();
    await pending(service);
    await runGuardOf(service);
    service.clock.advance(2 * MINUTE);
    const bus = { publish: async () => Promise.reject(new Error('no answer')) };

    const run = await runGuardOf(service, { bus });

    expect(run.events).toMatchObject({ sent: 0, unsent: 1, busFault: new Error('no answer') });
    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back' }]);
  });

  it('is the same for each of two guards at once: an event may go twice, under one id', async () => {
    const { worlds, next } = await prepared(() => withOldEvents(1));
    await interleave<Service>(
      () => {
        const service = next();
        const bus = recordingBus();
        return {
          world: service,
          runners: [0, 1].map(
            () => async (gate) => void (await gatedGuard(service, meeting(gate), { bus })({}, { signal })),
          ),
        };
      },
      async (service, order) => {
        expect(await service.events(), order).toEqual([]);
        await worlds();
      },
    );
    expect(await deafBus.publish([], signal)).toEqual([]);
  });
});
