import { describe, expect, it } from 'vitest';
import { ClusterFault } from '#shared/ports/cluster.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { rollbackId } from '#shared/steps/digest.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { aJournalEntry } from '#test/builders/journal-entry.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aVirtualService, type RawVirtualService } from '#test/builders/virtual-service.ts';
import { recordingBus, runGuardOf } from '#test/doubles/guard-runs.ts';
import { type MemoryCluster, memoryCluster } from '#test/doubles/memory-cluster.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';
import { fails, scriptedCluster, times } from '#test/doubles/scripted-cluster.ts';

const MINUTE = 60_000;
const FIRING = '6de87c554b1410dd@2026-03-04T05:06:07.000Z';

const hostOf = (index: number) => `s${String(index).padStart(4, '0')}`;
const canaryOf = (index: number) => `${hostOf(index)}.production.svc.cluster.local/v2`;

/** One of many services, with its canary at some weight. */
function aService(index: number, weight: number, journal?: object[]): RawVirtualService {
  const host = hostOf(index);
  return aVirtualService({
    name: host,
    uid: `uid-${index}`,
    annotations: {
      'weightless/canary': 'v2',
      'weightless/stable': 'v1',
      ...(journal ? { 'weightless/journal': JSON.stringify(journal) } : {}),
    },
    spec: {
      hosts: [host],
      http: [
        {
          route: [
            { destination: { host, subset: 'v1' }, weight: 100 - weight },
            { destination: { host, subset: 'v2' }, weight },
          ],
        },
      ],
    },
  });
}

/** A service that was rolled back, and has no record of it. */
function rolledBackUnseen(index: number): RawVirtualService {
  return aService(index, 0, [aJournalEntry({ uid: `uid-${index}`, canary: canaryOf(index), undo: undefined })]);
}

describe('guard over thousands of objects', () => {
  it('reads all their journals in pages, and makes a record for each that has none', async () => {
    const objects = Array.from({ length: 3000 }, (_, index) =>
      index % 2 === 0 ? rolledBackUnseen(index) : aService(index, 5),
    );
    const service = rollbackService({ objects, at: FIRED_AT + 2 * MINUTE });

    const run = await runGuardOf(service);
    const again = await runGuardOf(service);

    expect(run.clusters.get('production-eu')).toMatchObject({ objects: 3000, journaled: 1500, clusterFaults: [] });
    expect(again.clusters.get('production-eu')).toMatchObject({ objects: 3000, journaled: 0 });
    const records = await service.store.recent(5000, new AbortController().signal);
    expect(new Set(records.map(({ id }) => id))).toEqual(
      new Set(
        objects.flatMap((_, index) =>
          index % 2 === 0 ? [rollbackId({ cluster: 'production-eu', canary: canaryOf(index), firing: FIRING })] : [],
        ),
      ),
    );
    expect(service.cluster.patches).toEqual([]);
  });

  it('finishes hundreds of pending rollbacks in lots', async () => {
    const count = 250;
    const objects = Array.from({ length: count }, (_, index) => aService(index, 5));
    const service = rollbackService({
      objects,
      clusters: (memory) => [scriptedCluster(memory, { list: [fails('unauthorized')] })],
    });
    const alerts = objects.map(({ metadata }) =>
      aRawAlert({
        fingerprint: metadata.name,
        labels: { ...aRawAlert().labels, destination_service_name: metadata.name },
      }),
    );
    await service.post(alerts);
    service.clock.advance(20_000);

    const run = await runGuardOf(service);

    expect(run.clusters.get('production-eu')).toMatchObject({ retried: count, unreachable: 0 });
    expect(service.cluster.patches).toHaveLength(count);
    const records = await service.records();
    expect(records).toHaveLength(count);
    expect(new Set(records.map(({ outcome }) => outcome))).toEqual(new Set(['rolled-back']));
  });

  it('begins its list anew where the API server has forgotten it halfway', async () => {
    const objects = Array.from({ length: 600 }, (_, index) => rolledBackUnseen(index));
    const service = rollbackService({
      objects,
      at: FIRED_AT + 2 * MINUTE,
      clusters: (memory) => [scriptedCluster(memory, { page: [(real) => real(), async () => ({ kind: 'expired' })] })],
    });

    const run = await runGuardOf(service);

    expect(run.clusters.get('production-eu')).toMatchObject({ objects: 600, journaled: 600, clusterFaults: [] });
    expect(await service.records()).toHaveLength(600);
  });

  it('says so where the API server forgets it again and again', async () => {
    const service = rollbackService({
      clusters: (memory) => [scriptedCluster(memory, { page: times(3, async () => ({ kind: 'expired' })) })],
    });

    const run = await runGuardOf(service);

    expect(run.clusters.get('production-eu')?.clusterFaults).toEqual([expect.stringContaining('forgot its list')]);
  });
});

describe('guard, where something does not answer', () => {
  const named = (name: string, clock: Parameters<typeof memoryCluster>[0]['clock']): MemoryCluster =>
    memoryCluster({ name, clock, objects: [rolledBackUnseen(0)] });
  /** Never answers, until it is told to stop. */
  const hangs = async (_: unknown, signal: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(new ClusterFault('unreachable', 'no answer in time')), {
        once: true,
      }),
    );

  it('does its work in the other clusters while one hangs', async () => {
    const service = rollbackService({ at: FIRED_AT + 2 * MINUTE });
    const healthy = named('healthy', service.clock);
    const broken = {
      ...named('broken', service.clock),
      virtualServices: { ...healthy.virtualServices, list: hangs, listPage: hangs },
    };

    const run = await runGuardOf(service, {
      clusters: async () => [broken, healthy],
      limits: { retryMs: 50, journalsMs: 50, holdsMs: 50 },
    });

    expect(run.clusters.get('broken')).toMatchObject({ journaled: 0, clusterFaults: ['no answer in time'] });
    expect(await service.records()).toMatchObject([{ cluster: 'healthy', outcome: 'rolled-back' }]);
  });

  it('does its work in the other clusters where one fails, and counts it', async () => {
    const service = rollbackService({ at: FIRED_AT + 2 * MINUTE });
    const healthy = named('healthy', service.clock);
    const broken = scriptedCluster(named('broken', service.clock), { page: times(9, fails('forbidden')) });

    const run = await runGuardOf(service, { clusters: async () => [broken, healthy] });

    expect(run.clusters.get('broken')).toMatchObject({ journaled: 0, clusterFaults: ['the cluster was forbidden'] });
    expect(await service.records()).toMatchObject([{ cluster: 'healthy', outcome: 'rolled-back' }]);
    expect(service.meter.totals.get('GuardFaults cluster=broken')).toBe(1);
    expect(service.meter.totals.has('GuardFaults cluster=healthy')).toBe(false);
  });

  it.each(['a cluster', 'the store'])(
    'does the rest of its work, and throws, where nobody foresaw what %s does',
    async (which) => {
      const service = rollbackService({ at: FIRED_AT + 2 * MINUTE });
      const healthy = named('healthy', service.clock);
      const odd = async () => Promise.reject(new TypeError('not foreseen'));
      const broken = {
        ...named('broken', service.clock),
        virtualServices: { ...healthy.virtualServices, listPage: odd },
      };
      await service.post();
      service.clock.advance(2 * MINUTE);
      const bus = recordingBus();

      const run = runGuardOf(service, {
        bus,
        clusters: async () => (which === 'a cluster' ? [broken, healthy] : []),
        rollbackLog: which === 'a cluster' ? service.store : { ...service.store, unfinished: odd },
      });

      await expect(run).rejects.toThrow('not foreseen');
      expect(bus.taken.map(({ type }) => type).sort()).toEqual(['RollbackCompleted', 'RollbackSlaBreached']);
      const records = await service.records();
      expect(records.map(({ cluster }) => cluster).includes('healthy')).toBe(which === 'a cluster');
    },
  );

  it('throws after all else is done where the store does not take a write, so that the schedule knows', async () => {
    const service = rollbackService({ objects: [rolledBackUnseen(0)], at: FIRED_AT });
    await service.post([
      aRawAlert({ fingerprint: 'other', labels: { ...aRawAlert().labels, destination_service_name: hostOf(0) } }),
    ]);
    service.clock.advance(2 * MINUTE);
    const bus = recordingBus();
    const store = { ...service.store, commit: async () => Promise.reject(new StoreFault('no room')) };

    const run = runGuardOf(service, { bus, rollbackLog: store });

    await expect(run).rejects.toThrow('no room');
    expect(bus.taken).toHaveLength(1);
    expect(service.log.lines.map(({ message }) => message)).toContain(
      'Guard could not read or write the store; the next run does what is left',
    );
  });

  it('makes records from journals where neither index can be read, and throws', async () => {
    const service = rollbackService({ objects: [rolledBackUnseen(0)], at: FIRED_AT + 2 * MINUTE });
    const away = async () => Promise.reject(new StoreFault('the index is away'));

    const run = runGuardOf(service, {
      rollbackLog: { ...service.store, unfinished: away },
      outbox: { ...service.store.outbox, unsent: away },
    });

    await expect(run).rejects.toThrow('the index is away');
    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(service.meter.totals.has('EventsUnsent')).toBe(false);
  });

  it('sends what waits also where there are no settings, and throws', async () => {
    const service = rollbackService();
    await service.post();
    service.clock.advance(2 * MINUTE);
    const bus = recordingBus();

    const run = runGuardOf(service, { bus, settings: async () => Promise.reject(new Error('no settings')) });

    await expect(run).rejects.toThrow('no settings');
    expect(bus.taken).toHaveLength(1);
  });
});
