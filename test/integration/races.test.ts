import { describe, expect, it } from 'vitest';
import { aRawAlert, type RawAlert } from '#test/builders/alert.ts';
import { aJournalEntry } from '#test/builders/journal-entry.ts';
import { aVirtualService, INCIDENT_NAME, type RawVirtualService } from '#test/builders/virtual-service.ts';
import { interleave } from '#test/doubles/interleave.ts';
import { type Delivered, rollbackService } from '#test/doubles/rollback-service.ts';

const FLAGGER = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'payment', uid: 'flagger' };
const CLOSED = JSON.stringify([aJournalEntry({ state: 'closed' })]);

type World = {
  readonly service: ReturnType<typeof rollbackService>;
  readonly answers: Delivered[];
};

/** Each delivery in a process of its own, all against one cluster and one store. */
function racing(deliveries: readonly (readonly RawAlert[])[]) {
  return () => {
    const service = rollbackService();
    const answers: Delivered[] = [];
    const runners = deliveries.map((alerts, index) => async (gate: Parameters<typeof service.gated>[0]) => {
      answers[index] = await service.post(alerts, service.gated(gate));
    });
    return { world: { service, answers }, runners };
  };
}

const orderOf = (events: readonly { type: string }[]) => events.map(({ type }) => type).sort();

describe('two deliveries of one alert at once', () => {
  it('make one patch, one record and one event, in whatever order their steps fall', async () => {
    const orders = await interleave<World>(
      racing([[aRawAlert()], [aRawAlert()]]),
      async ({ service, answers }, order) => {
        expect(service.cluster.patches, order).toHaveLength(1);
        expect(await service.records(), order).toMatchObject([{ outcome: 'rolled-back', version: 1 }]);
        expect(orderOf(await service.events()), order).toEqual(['RollbackCompleted']);
        for (const { status, results } of answers)
          expect({ status, results }, order).toMatchObject({
            status: 200,
            results: [{ outcome: 'rolled-back', slaMet: true }],
          });
      },
    );

    expect(orders).toBeGreaterThan(200);
  });
});

describe('a delivery that reads from a cache which has not seen the rollback', () => {
  it('patches nothing, and answers what the first one did', async () => {
    const { service } = racing([])().world;
    service.cluster.freezeCache();
    await service.post();

    const { status, results } = await service.post();

    expect({ status, results }).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
    expect(service.cluster.patches).toHaveLength(1);
    expect(orderOf(await service.events())).toEqual(['RollbackCompleted']);
  });

  it.each<[string, (object: RawVirtualService) => void]>([
    [
      'asks for suggestions only',
      ({ metadata }) => Object.assign(metadata.labels ?? {}, { 'weightless/mode': 'suggest' }),
    ],
    ['has a mode that is none', ({ metadata }) => Object.assign(metadata.labels ?? {}, { 'weightless/mode': 'on' })],
    ['has malformed marks', ({ metadata }) => Object.assign(metadata.annotations ?? {}, { 'weightless/sla': 'x' })],
    ['is owned by Flagger', ({ metadata }) => Object.assign(metadata, { ownerReferences: [FLAGGER] })],
    ['has no canary', (object) => Object.assign(object, { spec: { hosts: ['payment-svc'] } })],
    [
      'has this firing behind it',
      ({ metadata }) => Object.assign(metadata.annotations ?? {}, { 'weightless/journal': CLOSED }),
    ],
  ])('acts on the object as it is now where the cached one still %s', async (_, before) => {
    const { service } = racing([])().world;
    const now = service.cluster.read(INCIDENT_NAME);
    service.cluster.write(INCIDENT_NAME, before);
    service.cluster.freezeCache();
    service.cluster.write(INCIDENT_NAME, (object) => Object.assign(object, now));

    const { results } = await service.post();

    expect(results).toMatchObject([{ outcome: 'rolled-back' }]);
  });

  it('makes one patch in a race of two, in whatever order their steps fall', async () => {
    const start = () => {
      const started = racing([[aRawAlert()], [aRawAlert()]])();
      started.world.service.cluster.freezeCache();
      return started;
    };

    await interleave<World>(start, async ({ service, answers }, order) => {
      expect(service.cluster.patches, order).toHaveLength(1);
      expect(orderOf(await service.events()), order).toEqual(['RollbackCompleted']);
      expect(
        answers.map(({ status }) => status),
        order,
      ).toEqual([200, 200]);
    });
  });
});

describe('two alerts about one canary in two deliveries at once', () => {
  it('make one record and one event each, of one episode, and the canary ends at zero', async () => {
    const other = aRawAlert({ fingerprint: 'latency', labels: { ...aRawAlert().labels, alertname: 'Latency' } });

    await interleave<World>(racing([[aRawAlert()], [other]]), async ({ service, answers }, order) => {
      expect(service.cluster.patches, order).toHaveLength(1);
      const records = await service.records();
      expect(records.map(({ outcome }) => outcome).sort(), order).toEqual(['already-zero', 'rolled-back']);
      expect(new Set(records.map(({ episode }) => episode?.id)).size, order).toBe(1);
      expect(orderOf(await service.events()), order).toEqual(['RollbackCompleted', 'RollbackSkipped']);
      expect(
        answers.map(({ status }) => status),
        order,
      ).toEqual([200, 200]);
    });
  });
});

describe('a firing and its resolution at once', () => {
  it('end with one patch, and one record that is not rolled back twice', async () => {
    const resolved = aRawAlert({ status: 'resolved', endsAt: '2026-03-04T05:07:07Z' });

    await interleave<World>(racing([[aRawAlert()], [resolved]]), async ({ service }, order) => {
      expect(service.cluster.patches, order).toHaveLength(1);
      expect(await service.records(), order).toMatchObject([{ outcome: 'rolled-back' }]);
      const told = orderOf(await service.events());
      expect([['AlertResolved', 'RollbackCompleted'], ['RollbackCompleted']], order).toContainEqual(told);
    });
  });
});

describe('a rollback while somebody else writes the VirtualService', () => {
  it('reads again and zeroes what it finds, wherever the other write falls', async () => {
    const start = () => {
      const service = rollbackService({ objects: [aVirtualService()] });
      const answers: Delivered[] = [];
      const delivery = async (gate: Parameters<typeof service.gated>[0]) => {
        answers[0] = await service.post([aRawAlert()], service.gated(gate));
      };
      const somebody = async (gate: Parameters<typeof service.gated>[0]) => {
        await gate('write', 'before');
        service.cluster.write('production/payment-svc', (object) => {
          object.metadata.labels = { ...object.metadata.labels, team: 'payments' };
        });
      };
      return { world: { service, answers }, runners: [delivery, somebody] };
    };

    await interleave<World>(start, async ({ service, answers }, order) => {
      expect(answers[0]?.results, order).toMatchObject([{ outcome: 'rolled-back' }]);
      expect(service.cluster.patches, order).toHaveLength(1);
      const { metadata, spec } = service.cluster.read('production/payment-svc');
      expect(metadata.labels, order).toMatchObject({ team: 'payments', 'weightless/held': 'true' });
      expect(spec.http?.[1]?.route, order).toMatchObject([{ weight: 100 }, { weight: 0 }]);
    });
  });
});
