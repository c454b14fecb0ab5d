import { describe, expect, it } from 'vitest';
import { aRawAlert } from '#test/builders/alert.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { INCIDENT_CANARY } from '#test/builders/virtual-service.ts';
import { at, rolledBack, told } from '#test/doubles/incident-service.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';

describe('a resolved alert', () => {
  const resolvedAt = FIRED_AT + 600_000;
  const resolved = aRawAlert({ status: 'resolved', endsAt: at(resolvedAt) });

  it('is noted on what is recorded of its firing, told once, and touches no VirtualService', async () => {
    const service = await rolledBack();
    service.clock.advance(600_000);
    const calls: string[] = [];
    const watched = () =>
      service.gated(async (what) => {
        calls.push(what);
      });

    const first = await service.post([resolved], watched());
    await service.post([resolved], watched());

    expect(first).toMatchObject({ status: 200, results: [{ outcome: 'skipped', reason: 'resolved' }] });
    expect(calls.filter((call) => /list|get|patch/.test(call))).toEqual([]);
    expect(await service.records()).toMatchObject([
      {
        version: 2,
        outcome: 'rolled-back',
        timeline: { alertResolvedAt: resolvedAt },
        history: [{ kind: 'resolved' }],
      },
    ]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'AlertResolved']);
  });

  it('makes no record of a firing that nobody has seen', async () => {
    const service = rollbackService();

    const { status } = await service.post([resolved]);

    expect(status).toBe(200);
    expect(await service.records()).toEqual([]);
    expect(await service.events()).toEqual([]);
  });

  it('ends an episode whose canary never was at zero', async () => {
    const service = rollbackService({ settings: { mode: 'suggest' } });
    await service.post();
    service.clock.advance(600_000);

    await service.post([resolved]);

    const known = await service.store.read(
      [],
      { cluster: 'production-eu', canary: INCIDENT_CANARY },
      new AbortController().signal,
    );
    expect(known.target?.episode).toMatchObject({ closedAt: resolvedAt, unresolved: [] });
  });

  it('in a mixed group is decided by itself', async () => {
    const service = rollbackService();
    const other = aRawAlert({ ...resolved, fingerprint: 'gone' });

    const { status, results } = await service.post([other, aRawAlert()]);

    expect(status).toBe(200);
    expect(results.map(({ outcome }) => outcome)).toEqual(['skipped', 'rolled-back']);
  });
});
