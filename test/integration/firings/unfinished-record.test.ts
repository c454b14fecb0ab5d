import { describe, expect, it } from 'vitest';
import { aRawAlert } from '#test/builders/alert.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aVirtualService, INCIDENT_CANARY, INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import { putBack, rolledBack, told } from '#test/doubles/incident-service.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';
import { answers, fails, scriptedCluster, times } from '#test/doubles/scripted-cluster.ts';

describe('a record that is not yet good', () => {
  const denied = answers({ kind: 'denied-by-admission', message: 'frozen' });

  function failing(parts: { readonly denials: number }) {
    return rollbackService({
      clusters: (memory) => [scriptedCluster(memory, { patch: times(parts.denials, denied) })],
    });
  }

  it('is improved by a later rollback, and judged by its time', async () => {
    const inTime = failing({ denials: 1 });
    const tooLate = failing({ denials: 1 });

    for (const [service, pause] of [
      [inTime, 50_000],
      [tooLate, 60_000],
    ] as const) {
      await service.post();
      service.clock.advance(pause);
      await service.post();
    }

    expect(await inTime.records()).toMatchObject([
      {
        outcome: 'rolled-back',
        sla: { count: 'met', met: true, alertToZeroMs: 54_000 },
        timeline: { receivedAt: FIRED_AT + 4000, zeroedAt: FIRED_AT + 54_000 },
        history: [{ kind: 'improved', from: { outcome: 'failed', reason: 'denied-by-admission' } }],
      },
    ]);
    expect((await inTime.records())[0]?.reason).toBeUndefined();
    expect(await tooLate.records()).toMatchObject([
      { outcome: 'rolled-back', sla: { count: 'missed', met: false, alertToZeroMs: 64_000 } },
    ]);
    expect(await told(inTime)).toEqual(['RollbackFailed', 'RollbackCompleted']);
    expect(await told(tooLate)).toEqual(['RollbackFailed', 'RollbackCompleted', 'RollbackSlaBreached']);
    expect([inTime, tooLate].map(({ meter }) => meter.totals.get('SlaBreached'))).toEqual([undefined, 1]);
  });

  it('stays a miss where somebody else took the canary to zero', async () => {
    const service = failing({ denials: 1 });
    await service.post();
    service.cluster.write(INCIDENT_NAME, ({ spec }) => {
      const [v1, v2] = spec.http?.[1]?.route ?? [];
      if (v1 && v2) Object.assign(v1, { weight: 100 }) && Object.assign(v2, { weight: 0 });
    });
    service.clock.advance(10_000);

    const { results } = await service.post();

    expect(results).toMatchObject([{ outcome: 'already-zero', reason: 'at-zero' }]);
    expect(await service.records()).toMatchObject([
      { outcome: 'already-zero', sla: { count: 'missed' }, pages: false },
    ]);
    expect(await told(service)).toEqual(['RollbackFailed', 'RollbackSkipped']);
  });

  it('is written once, however often the same failure comes again', async () => {
    const service = failing({ denials: 9 });

    for (let round = 0; round < 3; round += 1) {
      const { results } = await service.post();
      expect(results).toMatchObject([{ outcome: 'failed', reason: 'denied-by-admission' }]);
      service.clock.advance(60_000);
    }

    expect(await service.records()).toMatchObject([{ version: 1, outcome: 'failed' }]);
    expect(await told(service)).toEqual(['RollbackFailed']);
  });

  it('without a canary is deleted while pending, once its target is recorded', async () => {
    const service = rollbackService({
      clusters: (memory) => [scriptedCluster(memory, { list: [fails('unauthorized')] })],
    });

    await service.post();
    const pending = await service.records();
    await service.post();

    expect(pending).toMatchObject([
      { canary: '-', outcome: 'pending', alert: { fingerprint: aRawAlert().fingerprint } },
    ]);
    expect(await service.records()).toMatchObject([{ canary: INCIDENT_CANARY, outcome: 'rolled-back' }]);
    expect(await told(service)).toEqual(['RollbackCompleted']);
  });

  it('without a canary is marked as superseded where it was final, and not told again', async () => {
    const service = rollbackService({ objects: [aVirtualService({ annotations: {} })] });
    const refused = await service.post();
    service.cluster.write(INCIDENT_NAME, ({ metadata }) => {
      metadata.annotations = { 'weightless/canary': 'v2' };
    });

    await service.post();

    expect(refused.results).toMatchObject([{ outcome: 'refused', reason: 'ambiguous-canary' }]);
    const records = await service.records();
    const known = records.find(({ canary }) => canary === INCIDENT_CANARY);
    expect(known).toMatchObject({ outcome: 'rolled-back' });
    expect(records.find(({ canary }) => canary === '-')).toMatchObject({ outcome: 'refused', supersededBy: known?.id });
    expect(await told(service)).toEqual(['RollbackRefused', 'RollbackCompleted']);
  });

  it('that was superseded is not written again with what follows', async () => {
    const service = rollbackService({ objects: [aVirtualService({ annotations: {} })] });
    await service.post();
    service.cluster.write(INCIDENT_NAME, ({ metadata }) => {
      metadata.annotations = { 'weightless/canary': 'v2' };
    });
    await service.post();
    putBack(service);

    await service.post();

    const versions = new Map((await service.records()).map(({ canary, version }) => [canary, version]));
    expect(versions).toEqual(
      new Map([
        ['-', 2],
        [INCIDENT_CANARY, 2],
      ]),
    );
  });

  it('is not made for a firing whose canary is known, where the cluster does not answer later', async () => {
    const service = await rolledBack();
    const away = scriptedCluster(service.cluster, { list: times(99, fails('unauthorized')) });

    const { status, results } = await service.post([aRawAlert()], service.handler({ clusters: async () => [away] }));

    expect({ status, results }).toMatchObject({ status: 503, results: [{ outcome: 'pending' }] });
    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back', version: 1 }]);
  });
});
