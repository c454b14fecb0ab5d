import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parseRollbackItem } from '#shared/contracts/items.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { ListPage } from '#shared/ports/cluster.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { aJournalEntry } from '#test/builders/journal-entry.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import {
  aVirtualService,
  INCIDENT_CANARY,
  INCIDENT_NAME,
  type RawVirtualService,
} from '#test/builders/virtual-service.ts';
import type { Gate } from '#test/doubles/gated.ts';
import { runGuardOf } from '#test/doubles/guard-runs.ts';
import { putBack, told, weights } from '#test/doubles/incident-service.ts';
import { rollbackService, type ServiceParts } from '#test/doubles/rollback-service.ts';
import { fails, scriptedCluster, type Turn, times } from '#test/doubles/scripted-cluster.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EDGE = aVirtualService({ name: 'payment-edge', uid: 'another' });

type Service = ReturnType<typeof rollbackService>;

/** A delivery that dies at the nth effect of a kind, right before or after it. */
async function dies(service: Service, what: string, when: 'before' | 'after', nth = 1): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let seen = 0;
  const gate: Gate = async (...effect) => {
    if (effect[0] === what && effect[1] === when) seen += 1;
    if (seen < nth) return;
    resolve();
    await new Promise<never>(() => undefined);
  };
  void service.post([aRawAlert()], service.gated(gate));
  await promise;
  // Who was let through before has its effect.
  await nextTurn();
}

/** The incident was rolled back, and nobody could write that down. */
async function unrecorded(parts: ServiceParts = {}): Promise<Service> {
  const service = rollbackService(parts);
  await dies(service, 'commit', 'before');
  return service;
}

/** Times and ids of a record, without what only the delivery knew. */
const books = ({ id, cluster, canary, outcome, sla, weights, episode }: RollbackRecord) => ({
  id,
  cluster,
  canary,
  outcome,
  count: sla.count,
  weights,
  episode,
});

function editJournal(object: RawVirtualService, change: (entry: Record<string, unknown>) => void): void {
  const entries = JSON.parse(object.metadata.annotations?.['weightless/journal'] ?? '[]');
  for (const entry of entries) change(entry);
  Object.assign(object.metadata.annotations ?? {}, { 'weightless/journal': JSON.stringify(entries) });
}

/** The ids under which guard records what the journals of this service tell of. */
async function rollbacksWritten(service: Service): Promise<string[]> {
  await runGuardOf(service);
  return (await service.records()).map(({ id }) => id);
}

function unreadableItem(): unknown {
  try {
    return parseRollbackItem({});
  } catch (error) {
    return error;
  }
}

describe('guard, for a rollback that only its journal tells of', () => {
  it('makes the record that the delivery would have made, with the journal’s times', async () => {
    const written = rollbackService();
    await written.post();
    const service = await unrecorded();
    service.clock.advance(MINUTE + 1);

    const run = await runGuardOf(service);

    expect(run.clusters.get('production-eu')).toMatchObject({ objects: 1, journaled: 1 });
    const [record] = await service.records();
    const [delivered] = await written.records();
    if (!record || !delivered) throw new Error('a record each');
    expect(books(record)).toEqual(books(delivered));
    expect(record).toMatchObject({
      alert: { fingerprint: '6de87c554b1410dd', labels: {} },
      timeline: { firedAt: FIRED_AT, receivedAt: FIRED_AT + 4000, zeroedPrecision: 'journal' },
      sla: { met: true, late: false },
    });
    const lateMs = (record.timeline.zeroedAt ?? 0) - (service.cluster.patches[0]?.at ?? 0);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThanOrEqual(1000);
    expect(await told(service)).toEqual(['RollbackCompleted']);
    expect(service.cluster.patches).toHaveLength(1);
  });

  it('makes it although a namespace of the settings may not be listed, and counts that as a fault', async () => {
    const service = await unrecorded({
      clusters: (memory) => {
        const gap: Turn<ListPage> = async (real) => ({ ...(await real()), forbidden: ['shop'] });
        return [scriptedCluster(memory, { page: times(9, gap) })];
      },
    });
    service.clock.advance(2 * MINUTE);

    const run = await runGuardOf(service);

    expect(run.clusters.get('production-eu')).toMatchObject({
      journaled: 1,
      clusterFaults: [expect.stringContaining('may not list the VirtualServices of shop')],
    });
    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back', unknowns: ['virtualservices of shop'] }]);
    expect(service.meter.totals.get('GuardFaults cluster=production-eu')).toBe(1);
  });

  const journaledAt = (index: number) =>
    aVirtualService({
      name: `payment-${index}`,
      uid: `uid-${index}`,
      annotations: {
        'weightless/journal': JSON.stringify([
          aJournalEntry({ uid: `uid-${index}`, canary: `payment-${index}.production.svc.cluster.local/v2` }),
        ]),
      },
    });
  const many = (count: number) =>
    rollbackService({
      objects: Array.from({ length: count }, (_, index) => journaledAt(index)),
      at: FIRED_AT + 90_000,
    });

  it('makes the others where the record of one is not of this version, and leaves that as it is', async () => {
    const service = many(5);
    const [foreign] = await rollbacksWritten(many(5));
    const read: typeof service.store.read = async (ids, ...more) => {
      if (!ids.includes(foreign ?? '')) return service.store.read(ids, ...more);
      throw new StoreFault('an item is not what this version writes', { cause: unreadableItem() });
    };

    const run = runGuardOf(service, { rollbackLog: { ...service.store, read } });

    await expect(run).rejects.toThrow('an item is not what this version writes');
    const made = (await service.records()).map(({ id }) => id);
    expect(made).toHaveLength(4);
    expect(made).not.toContain(foreign);
  });

  it('leaves to the next run what there is no time for: who must be told is waiting', async () => {
    const service = many(20);
    const commit: typeof service.store.commit = (...change) => {
      service.clock.advance(MINUTE / 4);
      return service.store.commit(...change);
    };

    const first = await runGuardOf(service, { rollbackLog: { ...service.store, commit } });
    const made = (await service.records()).length;
    await runGuardOf(service);

    expect(first.clusters.get('production-eu')?.storeFaults).toEqual([]);
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(20);
    expect(await service.records()).toHaveLength(20);
  });

  it('waits until the delivery that wrote the entry is over', async () => {
    const service = await unrecorded();
    service.clock.advance(MINUTE - 1000);

    await runGuardOf(service);

    expect(await service.records()).toEqual([]);
  });

  it('makes none of an entry that is older than a day', async () => {
    const service = await unrecorded();
    service.clock.advance(24 * HOUR + MINUTE);

    await runGuardOf(service);

    expect(await service.records()).toEqual([]);
  });

  it('writes nothing where the record is there', async () => {
    const service = rollbackService();
    await service.post();
    service.clock.advance(2 * MINUTE);

    const run = await runGuardOf(service);

    expect(run.clusters.get('production-eu')).toMatchObject({ journaled: 0 });
    expect(await service.records()).toMatchObject([{ version: 1 }]);
  });

  it('leaves it to the retry to say what the alert was, and tells nothing twice', async () => {
    const service = await unrecorded();
    service.clock.advance(MINUTE + 1);
    await runGuardOf(service);

    const { status, results } = await service.post();
    await service.post();

    expect({ status, results }).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
    expect(await service.records()).toMatchObject([
      { version: 2, outcome: 'rolled-back', alert: { name: 'CanaryErrorRateHigh', labels: aRawAlert().labels } },
    ]);
    expect(await told(service)).toEqual(['RollbackCompleted']);
  });

  it('gives a record that waited for its canary its end, and keeps the labels of that', async () => {
    const service = await unrecorded();
    const away = scriptedCluster(service.cluster, { list: [fails('unauthorized')] });
    await service.post([aRawAlert()], service.handler({ clusters: async () => [away] }));
    const waiting = await service.records();
    service.clock.advance(2 * HOUR);

    await runGuardOf(service);

    expect(waiting).toMatchObject([{ canary: '-', outcome: 'pending' }]);
    expect(await service.records()).toMatchObject([
      { canary: INCIDENT_CANARY, outcome: 'rolled-back', alert: { labels: aRawAlert().labels }, sla: { count: 'met' } },
    ]);
  });

  it('tells of a missed SLA target, once', async () => {
    const service = rollbackService({ at: FIRED_AT + 61_000 });
    await dies(service, 'commit', 'before');
    service.clock.advance(MINUTE + 1);

    const runs = [await runGuardOf(service), await runGuardOf(service)];

    expect(runs.map(({ slaBreached }) => slaBreached)).toEqual([1, 0]);
    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back', sla: { met: false, count: 'missed' } }]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackSlaBreached']);
  });

  it('counts each reassert, whoever made it', async () => {
    const service = await unrecorded();
    putBack(service);
    service.clock.advance(1000);
    await dies(service, 'commit', 'before');
    service.clock.advance(MINUTE + 1);

    await runGuardOf(service);

    expect(await service.records()).toMatchObject([
      {
        outcome: 'rolled-back',
        history: [
          { kind: 'reverted', number: 1 },
          { kind: 'reasserted', number: 1 },
        ],
      },
    ]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackReverted', 'RollbackReasserted']);
  });

  it.each([
    ['has been put back after its hold', (service: Service) => putBack(service), 5 * HOUR],
    [
      'was released',
      ({ cluster }: Service) =>
        cluster.write(INCIDENT_NAME, (object) =>
          editJournal(object, (entry) => Object.assign(entry, { state: 'released' })),
        ),
      0,
    ],
  ])('says that the canary was at zero also where it %s, and leaves the weights', async (_, happens, later) => {
    const service = await unrecorded();
    happens(service);
    const before = weights(service);
    service.clock.advance(MINUTE + 1 + later);

    await runGuardOf(service);

    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back', sla: { met: true } }]);
    expect(weights(service)).toEqual(before);
  });

  it('is kept by all firings that one patch served', async () => {
    const service = rollbackService();
    const alerts = ['a', 'b', 'c'].map((fingerprint) => aRawAlert({ fingerprint }));
    const store = { ...service.store, commit: async () => Promise.reject(new Error('killed')) };
    await service.post(alerts, service.handler({ rollbackLog: store })).catch(() => undefined);
    service.clock.advance(MINUTE + 1);

    await runGuardOf(service);

    const records = await service.records();
    expect(records.map(({ alert, outcome }) => `${alert.fingerprint} ${outcome}`).sort()).toEqual([
      'a rolled-back',
      'b rolled-back',
      'c rolled-back',
    ]);
    expect(new Set(records.map(({ episode }) => episode?.id)).size).toBe(1);
  });

  it.each<[string, (object: RawVirtualService) => void]>([
    [
      'of another object, as a copy has them',
      (object) => editJournal(object, (entry) => Object.assign(entry, { uid: 'copied' })),
    ],
    [
      'that are garbage',
      ({ metadata }) => Object.assign(metadata.annotations ?? {}, { 'weightless/journal': '[{"v":1},7,' }),
    ],
    [
      'with firings that are none',
      (object) =>
        editJournal(object, (entry) =>
          Object.assign(entry, {
            alerts: ['x', '@', 'a@b', 'a@2026-13-01T00:00:00.000Z', '@2026-03-04T05:06:07.000Z'],
          }),
        ),
    ],
    [
      'from before entries named their canary',
      (object) => editJournal(object, (entry) => Object.assign(entry, { canary: undefined })),
    ],
    [
      'from the future',
      (object) => editJournal(object, (entry) => Object.assign(entry, { sentAt: FIRED_AT + 9 * HOUR })),
    ],
    [
      'that are days old',
      (object) => editJournal(object, (entry) => Object.assign(entry, { sentAt: FIRED_AT - 25 * HOUR })),
    ],
  ])('makes nothing of entries %s', async (_, change) => {
    const service = await unrecorded();
    service.cluster.write(INCIDENT_NAME, change);
    service.clock.advance(MINUTE + 1);

    const run = await runGuardOf(service);

    expect(await service.records()).toEqual([]);
    expect(run.storeFaults).toEqual([]);
  });
});

describe('guard, for a rollback in one of two members', () => {
  const two = { objects: [aVirtualService(), EDGE] };

  it('makes no rollback of it: one journal proves its own object only', async () => {
    const service = rollbackService(two);
    await dies(service, 'patch', 'before', 2);
    service.clock.advance(MINUTE + 1);

    await runGuardOf(service);

    expect(service.cluster.patches).toHaveLength(1);
    const [record] = await service.records();
    expect(record).toMatchObject({
      canary: INCIDENT_CANARY,
      virtualServices: ['production/payment-edge', 'production/payment-svc'],
      outcome: 'pending',
      reason: 'out-of-time',
      timeline: { receivedAt: FIRED_AT + 4000 },
      sla: { count: 'open' },
    });
    expect(await told(service)).toEqual([]);
  });

  it('pages when nobody ends it, with the command for the other member', async () => {
    const service = rollbackService(two);
    await dies(service, 'patch', 'before', 2);
    service.clock.advance(MINUTE + 1);
    await runGuardOf(service);

    await runGuardOf(service);

    const [record] = await service.records();
    expect(record).toMatchObject({ outcome: 'failed', reason: 'unreachable', pages: true });
    expect(record?.commands.map(({ run }) => run)).toEqual([
      expect.stringMatching(/^kubectl -n production patch .* payment-edge /),
    ]);
    expect(service.cluster.patches).toHaveLength(1);
    expect(await told(service)).toEqual(['RollbackFailed', 'RollbackSlaBreached']);
  });

  it('leaves the end to the retry, which gives the record its labels', async () => {
    const service = rollbackService(two);
    await dies(service, 'patch', 'before', 2);
    service.clock.advance(MINUTE + 1);
    await runGuardOf(service);

    await service.post();

    expect(await service.records()).toMatchObject([
      { outcome: 'rolled-back', alert: { labels: aRawAlert().labels }, timeline: { receivedAt: FIRED_AT + 4000 } },
    ]);
    expect(service.cluster.patches).toHaveLength(2);
  });

  it('is one where the other member has come to zero in another way', async () => {
    const service = rollbackService(two);
    await dies(service, 'patch', 'before', 2);
    const left = service.cluster.patches[0]?.name === INCIDENT_NAME ? 'production/payment-edge' : INCIDENT_NAME;
    service.cluster.write(left, ({ spec }) => {
      const [v1, v2] = spec.http?.[1]?.route ?? [];
      if (v1 && v2) Object.assign(v1, { weight: 100 }) && Object.assign(v2, { weight: 0 });
    });
    service.clock.advance(MINUTE + 1);

    await runGuardOf(service);

    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back', sla: { count: 'met' } }]);
  });

  it('is one where both were patched: the later one’s time counts', async () => {
    const service = rollbackService(two);
    await dies(service, 'commit', 'before');
    service.clock.advance(MINUTE + 1);

    await runGuardOf(service);

    expect(await service.records()).toMatchObject([
      { outcome: 'rolled-back', virtualServices: ['production/payment-edge', 'production/payment-svc'] },
    ]);
    expect((await service.records())[0]?.weights).toHaveLength(2);
  });
});
