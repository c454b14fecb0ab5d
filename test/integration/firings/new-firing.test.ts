import { describe, expect, it } from 'vitest';
import { aRawAlert } from '#test/builders/alert.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { at, HOLD_OVER_MS, journal, putBack, rolledBack, told, weights } from '#test/doubles/incident-service.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';
import { times } from '#test/doubles/scripted-cluster.ts';

describe('a new firing', () => {
  const again = (after: number) => aRawAlert({ startsAt: at(FIRED_AT + after) });

  it('acts, also where an earlier one of the same alert has had its rollback and the hold is over', async () => {
    const service = await rolledBack();
    putBack(service);
    service.clock.advance(HOLD_OVER_MS);

    const { results } = await service.post([again(HOLD_OVER_MS)]);

    expect(results).toMatchObject([{ outcome: 'rolled-back', slaMet: true }]);
    expect(weights(service)).toEqual([100, 0]);
    const [newer, older] = await service.records();
    expect(older).toMatchObject({ version: 1, history: [] });
    expect(newer?.episode?.id).toBe(newer?.id);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackCompleted']);
  });

  it('that finds the canary at zero links to the episode that took it there', async () => {
    const service = await rolledBack();
    service.clock.advance(120_000);

    const { results } = await service.post([again(90_000)]);

    expect(results).toMatchObject([{ outcome: 'already-zero', reason: 'at-zero' }]);
    const [later, first] = await service.records();
    expect(later).toMatchObject({ sla: { count: 'not-counted' }, episode: { id: first?.id, firedAt: FIRED_AT } });
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackSkipped']);
  });

  it('that began before the canary was at zero belongs to the same episode, and one that began later does not', async () => {
    const service = await rolledBack();
    putBack(service);
    const sameTime = aRawAlert({ fingerprint: 'latency', startsAt: at(FIRED_AT + 1000) });
    const later = aRawAlert({ fingerprint: 'errors', startsAt: at(FIRED_AT + 50_000) });

    service.clock.advance(60_000);
    await service.post([sameTime]);
    putBack(service);
    service.clock.advance(60_000);
    await service.post([later]);

    const episodes = new Map((await service.records()).map(({ alert, episode }) => [alert.fingerprint, episode?.id]));
    expect(episodes.get('latency')).toBe(episodes.get(aRawAlert().fingerprint));
    expect(episodes.get('errors')).not.toBe(episodes.get('latency'));
  });

  it('in the same delivery costs no second patch, and both have the times of the one', async () => {
    const service = rollbackService();

    const { results } = await service.post([aRawAlert(), aRawAlert({ fingerprint: 'latency' })]);

    expect(results.map(({ outcome, alertToZeroMs }) => ({ outcome, alertToZeroMs }))).toEqual(
      times(2, { outcome: 'rolled-back', alertToZeroMs: 4000 }),
    );
    expect(service.cluster.patches).toHaveLength(1);
    expect(journal(service).entries).toMatchObject([{ alerts: [expect.any(String), expect.any(String)] }]);
    expect(new Set((await service.records()).map(({ episode }) => episode?.id)).size).toBe(1);
  });

  it('beside one that may act no more is served, and the other stays with a person', async () => {
    const service = await rolledBack();
    putBack(service);
    service.clock.advance(HOLD_OVER_MS);

    const { results } = await service.post([aRawAlert(), again(HOLD_OVER_MS)]);

    expect(results).toMatchObject([{ reason: 'already-acted' }, { outcome: 'rolled-back' }]);
    expect(service.cluster.patches).toHaveLength(2);
  });
});
