import { describe, expect, it } from 'vitest';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';

describe('a store that does not answer', () => {
  const points = ['read', 'commit'] as const;

  it.each(
    points.flatMap((what) => [
      { what, when: 'before' as const },
      { what, when: 'after' as const },
    ]),
  )(
    'at $what, $when its effect, takes nothing from the rollback; it is answered 503 and recorded once by the retry',
    async ({ what, when }) => {
      const service = rollbackService();
      const failing = service.gated(async (call, moment) => {
        if (call === what && moment === when) throw new StoreFault('The table did not answer');
      });

      const first = await service.post([aRawAlert()], failing);
      service.clock.advance(700);
      const second = await service.post();

      expect(first).toMatchObject({ status: 503, results: [{ outcome: 'rolled-back' }] });
      expect(service.log.lines).toContainEqual(expect.objectContaining({ level: 'error' }));
      expect(second).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      expect(service.cluster.patches).toHaveLength(1);
      expect(await service.records()).toMatchObject([{ outcome: 'rolled-back', version: 1 }]);
      expect((await service.events()).map(({ type }) => type)).toEqual(['RollbackCompleted']);
    },
  );

  it('is told of where an alert without a target could not be recorded', async () => {
    const service = rollbackService();
    const failing = service.handler({
      clusters: async () => [],
      rollbackLog: {
        ...service.store,
        ofFiring: async () => {
          throw new StoreFault('The table did not answer');
        },
      },
    });

    const { status, results } = await service.post([aRawAlert()], failing);

    expect({ status, results }).toMatchObject({ status: 503, results: [{ reason: 'cluster-unknown' }] });
  });

  it('is told of where a resolution could not be recorded', async () => {
    const service = rollbackService();
    await service.post();
    const failing = service.gated(async (call) => {
      if (call === 'ofFiring') throw new StoreFault('The table did not answer');
    });

    const { status } = await service.post([aRawAlert({ status: 'resolved', endsAt: '2026-03-04T05:10:00Z' })], failing);

    expect(status).toBe(503);
  });
});
