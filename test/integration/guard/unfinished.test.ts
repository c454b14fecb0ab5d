import { describe, expect, it } from 'vitest';
import { rollbackId } from '#shared/steps/digest.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aVirtualService, INCIDENT_CANARY, INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import { runGuardOf } from '#test/doubles/guard-runs.ts';
import { putBack, told } from '#test/doubles/incident-service.ts';
import { rollbackService, type ServiceParts } from '#test/doubles/rollback-service.ts';
import { answers, fails, scriptedCluster, times } from '#test/doubles/scripted-cluster.ts';
import { GUARD_REASONS } from '#test/scenarios/reasons.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const denied = answers({ kind: 'denied-by-admission', message: 'frozen' });
const resolved = aRawAlert({ status: 'resolved', endsAt: '2026-03-04T05:06:27Z' });

/** A service whose cluster is away for so many lists; it fails at once, without the waits of a delivery. */
function awayFor(lists: number, parts: ServiceParts = {}) {
  return rollbackService({
    ...parts,
    clusters: (memory) => [
      scriptedCluster(memory, {
        list: times(lists, fails('unauthorized')),
        page: times(lists - 1, fails('unauthorized')),
      }),
    ],
  });
}

/** A service whose cluster denies so many patches. */
function denying(patches: number, parts: ServiceParts = {}) {
  return rollbackService({
    ...parts,
    clusters: (memory) => [scriptedCluster(memory, { patch: times(patches, denied) })],
  });
}

describe('guard, for a rollback that is pending', () => {
  it('finishes it within its SLA target, as the retry would, and it was received when the webhook was', async () => {
    const service = awayFor(1);
    const { status } = await service.post();
    service.clock.advance(20_000);

    const run = await runGuardOf(service);

    expect(status).toBe(503);
    expect(run.clusters.get('production-eu')).toMatchObject({ retried: 1, unreachable: 0, clusterFaults: [] });
    expect(await service.records()).toMatchObject([
      {
        canary: INCIDENT_CANARY,
        outcome: 'rolled-back',
        alert: { labels: { alertname: aRawAlert().labels['alertname'] } },
        timeline: { receivedAt: FIRED_AT + 4000, zeroedAt: FIRED_AT + 24_000 },
        sla: { count: 'met' },
      },
    ]);
    expect(await told(service)).toEqual(['RollbackCompleted']);
  });

  it('leaves it pending, and tells nobody, while its SLA target is not over', async () => {
    const service = awayFor(9);
    await service.post();
    service.clock.advance(20_000);

    await runGuardOf(service);

    expect(await service.records()).toMatchObject([{ outcome: 'pending', version: 1 }]);
    expect(await told(service)).toEqual([]);
    expect(service.meter.totals.get('GuardFaults cluster=production-eu')).toBe(1);
  });

  it('past its SLA target says that it is out of reach, pages, and tells of the breach', async () => {
    const service = awayFor(9);
    await service.post();
    service.clock.advance(MINUTE);

    const run = await runGuardOf(service);

    expect(run.slaBreached).toBe(1);
    expect(service.meter.totals.get('SlaBreached')).toBe(1);
    const [record] = await service.records();
    expect([record?.reason]).toEqual(GUARD_REASONS);
    expect(record).toMatchObject({
      outcome: 'failed',
      reason: 'unreachable',
      pages: true,
      sla: { count: 'missed' },
      commands: [{ run: expect.stringContaining('kubectl get virtualservices') }],
      history: [{ kind: 'improved', from: { outcome: 'pending', reason: 'cluster-unauthorized' } }],
    });
    expect(record?.message).toMatch(
      /since 2026-03-04T05:06:11.000Z.*64 s after the alert.*SLA target is 60 s.*until 2026-03-04T06:06:11.000Z.*the cluster was unauthorized/s,
    );
    expect(await told(service)).toEqual(['RollbackFailed', 'RollbackSlaBreached']);
    const events = await service.events();
    expect(events.map(({ detail }) => detail.data)).toMatchObject([{ pages: true }, { pages: true }]);
  });

  it('goes on after that: the rollback is judged by its time, and the breach is not told again', async () => {
    const service = awayFor(3);
    await service.post();
    for (let run = 0; run < 3; run += 1) {
      service.clock.advance(MINUTE);
      await runGuardOf(service);
    }

    const records = await service.records();

    const known = records.find(({ canary }) => canary === INCIDENT_CANARY);
    expect(known).toMatchObject({ outcome: 'rolled-back', sla: { met: false, count: 'missed', late: false } });
    expect(records.find(({ canary }) => canary === '-')).toMatchObject({
      reason: 'unreachable',
      supersededBy: known?.id,
    });
    expect(await told(service)).toEqual(['RollbackFailed', 'RollbackSlaBreached', 'RollbackCompleted']);
    expect((await service.store.unfinished({ limit: 9 }, new AbortController().signal)).records).toEqual([]);
  });

  it('keeps the record of a canary that is known, and tells its breach once', async () => {
    const conflicts = times(12, answers({ kind: 'conflict' }));
    const service = rollbackService({ clusters: (memory) => [scriptedCluster(memory, { patch: conflicts })] });
    await service.post();
    service.clock.advance(MINUTE);
    await runGuardOf(service);
    const failed = await service.records();
    const faults = service.meter.totals.get('GuardFaults cluster=production-eu');
    service.clock.advance(MINUTE);

    await runGuardOf(service);

    expect(failed).toMatchObject([{ canary: INCIDENT_CANARY, outcome: 'failed', reason: 'unreachable' }]);
    // The cluster answers; it is the object that somebody else keeps writing.
    expect(faults).toBeUndefined();
    expect(failed[0]?.commands[0]?.run).toContain('kubectl -n production patch');
    expect(await service.records()).toMatchObject([
      { outcome: 'rolled-back', sla: { met: false }, timeline: { receivedAt: FIRED_AT + 4000 }, version: 3 },
    ]);
    expect(await told(service)).toEqual(['RollbackFailed', 'RollbackSlaBreached', 'RollbackCompleted']);
  });

  it('ends it as what is found out later, also where that is a refusal', async () => {
    const service = awayFor(2, { objects: [aVirtualService({ annotations: {} })] });
    await service.post();
    service.clock.advance(MINUTE);
    await runGuardOf(service);

    service.clock.advance(MINUTE);
    await runGuardOf(service);

    expect(await service.records()).toMatchObject([
      { outcome: 'refused', reason: 'ambiguous-canary', sla: { count: 'missed' } },
    ]);
    expect(await told(service)).toEqual(['RollbackFailed', 'RollbackSlaBreached', 'RollbackRefused']);
  });

  it('ends it as skipped where the cluster turns out to have nothing that the alert is about', async () => {
    const service = awayFor(1, { objects: [] });
    await service.post();
    service.clock.advance(MINUTE / 2);

    await runGuardOf(service);

    expect(await service.records()).toMatchObject([{ outcome: 'skipped', reason: 'no-managed-virtual-service' }]);
    expect(await told(service)).toEqual(['RollbackSkipped']);
  });

  it('ends the record of a canary that the alert is no longer about', async () => {
    const conflicts = times(6, answers({ kind: 'conflict' }));
    const service = rollbackService({ clusters: (memory) => [scriptedCluster(memory, { patch: conflicts })] });
    await service.post();
    service.cluster.write(INCIDENT_NAME, ({ metadata }) => {
      metadata.annotations = { 'weightless/canary': 'v1', 'weightless/stable': 'v2' };
    });
    service.clock.advance(10_000);

    await runGuardOf(service);

    const records = await service.records();
    expect(records.find(({ canary }) => canary === INCIDENT_CANARY)).toMatchObject({
      outcome: 'skipped',
      reason: 'no-managed-virtual-service',
    });
    expect(records).toHaveLength(2);
  });

  it('does not act where the alert has resolved, and says so', async () => {
    const service = awayFor(1);
    await service.post();
    await service.post([resolved]);
    service.clock.advance(MINUTE);

    await runGuardOf(service);

    expect(service.cluster.patches).toEqual([]);
    const [record] = await service.records();
    expect(record).toMatchObject({ outcome: 'failed', reason: 'unreachable', pages: true });
    expect(record?.message).toContain('the alert resolved at 2026-03-04T05:06:27.000Z before it was done');
    // It had resolved before its target was over.
    expect(await told(service)).toEqual(['AlertResolved', 'RollbackFailed']);
    expect((await service.store.unfinished({ limit: 9 }, new AbortController().signal)).records).toEqual([]);
  });

  it('waits for the receipt of an alert whose clock is ahead, before it calls it overdue', async () => {
    const service = awayFor(9, { at: FIRED_AT - HOUR });
    await service.post();
    service.clock.advance(30_000);
    await runGuardOf(service);
    const before = await service.records();
    service.clock.advance(31_000);

    await runGuardOf(service);

    expect(before).toMatchObject([{ outcome: 'pending' }]);
    expect(await service.records()).toMatchObject([
      { outcome: 'failed', reason: 'unreachable', sla: { clockSkew: true } },
    ]);
  });

  it('calls one that was received late a miss, as its rollback would be', async () => {
    const service = awayFor(2, { at: FIRED_AT + 20 * MINUTE });
    await service.post();
    service.clock.advance(10_000);
    await runGuardOf(service);
    service.clock.advance(10_000);

    await runGuardOf(service);

    expect(await told(service)).toEqual(['RollbackFailed', 'RollbackSlaBreached', 'RollbackCompleted']);
    const known = (await service.records()).find(({ canary }) => canary === INCIDENT_CANARY);
    expect(known).toMatchObject({ outcome: 'rolled-back', sla: { late: true, count: 'missed' } });
  });
});

describe('guard, for a rollback that failed', () => {
  it('tries it again while its alert fires', async () => {
    const service = denying(2);
    await service.post();
    for (let run = 0; run < 2; run += 1) {
      service.clock.advance(20_000);
      await runGuardOf(service);
    }

    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back', sla: { met: true } }]);
    expect(await told(service)).toEqual(['RollbackFailed', 'RollbackCompleted']);
  });

  it('leaves it alone once its alert has resolved', async () => {
    const service = denying(1);
    await service.post();
    await service.post([resolved]);
    service.clock.advance(20_000);

    const run = await runGuardOf(service);

    expect(run.clusters.get('production-eu')).toMatchObject({ retried: 0 });
    expect(service.cluster.patches).toEqual([]);
  });

  it('gives it up when its hold is over: a lost resolve must not cost the next canary its traffic', async () => {
    const service = denying(1);
    await service.post();
    service.clock.advance(HOUR + 1);

    const runs = [await runGuardOf(service), await runGuardOf(service)];

    expect(runs.map(({ clusters }) => clusters.get('production-eu')?.givenUp)).toEqual([1, 0]);
    expect(service.cluster.patches).toEqual([]);
    expect(await service.records()).toMatchObject([
      { outcome: 'failed', reason: 'denied-by-admission', version: 2, history: [{ kind: 'given-up' }] },
    ]);
    expect(await told(service)).toEqual(['RollbackFailed']);
  });

  it('gives up a pending one only as failed', async () => {
    const service = awayFor(1, { settings: { sla: '2h' } });
    await service.post();
    service.clock.advance(HOUR + 1);

    await runGuardOf(service);

    expect(service.cluster.patches).toEqual([]);
    expect(await service.records()).toMatchObject([{ outcome: 'failed', reason: 'unreachable', pages: true }]);
    expect(await told(service)).toEqual(['RollbackFailed']);
    expect((await service.store.unfinished({ limit: 9 }, new AbortController().signal)).records).toEqual([]);
  });

  it('keeps to the journal: what a person released is not taken to zero again', async () => {
    const two = [aVirtualService(), aVirtualService({ name: 'payment-edge', uid: 'another' })];
    const service = rollbackService({
      objects: two,
      clusters: (memory) => [scriptedCluster(memory, { patch: [async (real) => real(), ...times(9, denied)] })],
    });
    await service.post();
    const [patched] = service.cluster.patches;
    service.cluster.write(patched?.name ?? '', ({ metadata }) => {
      const journal = JSON.parse(metadata.annotations?.['weightless/journal'] ?? '[]');
      Object.assign(metadata.annotations ?? {}, {
        'weightless/journal': JSON.stringify([{ ...journal[0], state: 'released' }]),
      });
    });
    putBack(service);
    service.clock.advance(MINUTE);

    await runGuardOf(service);

    expect(service.cluster.patches).toHaveLength(1);
    expect(await service.records()).toMatchObject([{ outcome: 'failed' }]);
  });

  it('does nothing for what was refused for good', async () => {
    const service = rollbackService({ objects: [aVirtualService({ annotations: {} })] });
    await service.post();
    service.clock.advance(MINUTE);

    const run = await runGuardOf(service);

    expect(run.clusters.get('production-eu')).toMatchObject({ retried: 0 });
  });

  it('only ends what belongs to a cluster that the settings name no more', async () => {
    const service = awayFor(1);
    await service.post();
    service.clock.advance(MINUTE);

    const run = await runGuardOf(service, { clusters: async () => [] });

    expect(run.clusters.get('production-eu')).toMatchObject({ retried: 0, unreachable: 1 });
    const id = rollbackId({
      cluster: 'production-eu',
      canary: '-',
      firing: '6de87c554b1410dd@2026-03-04T05:06:07.000Z',
    });
    expect(await service.records()).toMatchObject([{ id, outcome: 'failed', reason: 'unreachable' }]);
  });
});
