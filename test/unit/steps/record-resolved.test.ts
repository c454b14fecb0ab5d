import { describe, expect, it } from 'vitest';
import type { RollbackLog } from '#shared/ports/rollback-log.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';

describe('the resolved alerts of one delivery', () => {
  it('that are about one canary do not get into each other’s way, however many they are', async () => {
    const service = rollbackService();
    const firing = Array.from({ length: 60 }, (_, index) => aRawAlert({ fingerprint: `alert-${index}` }));
    await service.post(firing);
    const written: string[] = [];
    const commit: RollbackLog['commit'] = async (...change) => {
      const result = await service.store.commit(...change);
      written.push(result);
      return result;
    };

    const { status } = await service.post(
      firing.map((alert) => ({ ...alert, status: 'resolved' as const, endsAt: '2026-03-04T05:10:00Z' })),
      service.handler({ rollbackLog: { ...service.store, commit } }),
    );

    const records = await service.records();
    expect(status).toBe(200);
    expect(records.filter(({ timeline }) => timeline.alertResolvedAt !== undefined)).toHaveLength(60);
    expect(written).toEqual(firing.map(() => 'written'));
  });
});
