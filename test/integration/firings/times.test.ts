import { describe, expect, it } from 'vitest';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aVirtualService } from '#test/builders/virtual-service.ts';
import { told } from '#test/doubles/incident-service.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';

describe('times', () => {
  it('are held to the strictest target that a VirtualService of the canary says', async () => {
    const annotations = aVirtualService().metadata.annotations ?? {};
    const marked = (name: string, sla: string) =>
      aVirtualService({ name, uid: name, annotations: { ...annotations, 'weightless/sla': sla } });
    const service = rollbackService({ objects: [marked('a', '30s'), marked('b', '3s'), marked('c', '5m')] });

    await service.post();

    expect(await service.records()).toMatchObject([{ sla: { targetMs: 3000, met: false, count: 'missed' } }]);
  });

  it('are kept as they are where the alert comes from the future, and marked', async () => {
    const service = rollbackService({ at: FIRED_AT - 30_000 });

    const { results } = await service.post();

    expect(results).toMatchObject([{ outcome: 'rolled-back', alertToZeroMs: -30_000 }]);
    expect(await service.records()).toMatchObject([
      {
        timeline: { firedAt: FIRED_AT, receivedAt: FIRED_AT - 30_000 },
        sla: { clockSkew: true, alertToZeroMs: -30_000 },
      },
    ]);
  });

  it('count as a miss, with the age, where the alert was first received more than 15 minutes after it fired', async () => {
    const service = rollbackService({ at: FIRED_AT + 15 * 60_000 + 1 });

    await service.post();

    expect(await service.records()).toMatchObject([
      { outcome: 'rolled-back', sla: { late: true, met: false, count: 'missed', alertToZeroMs: 15 * 60_000 + 1 } },
    ]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackSlaBreached']);
  });
});
