import { describe, expect, it } from 'vitest';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { aRollbackRecord, FIRED_AT } from '#test/builders/rollback-record.ts';
import { runGuardOf } from '#test/doubles/guard-runs.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const signal = new AbortController().signal;

/** Guard over a store in which no day is folded yet. */
function world() {
  const service = rollbackService();
  const store = memoryRollbackLog({ now: service.clock.now });
  const parts = { rollbackLog: store, dayLog: store.dayLog, outbox: store.outbox };
  return {
    service,
    store,
    parts,
    /** What the last run says of itself. */
    said: () => service.log.lines.findLast(({ message }) => message === 'Guard ran')?.fields,
  };
}

describe('what guard logs of a run', () => {
  it('says how many days were folded, and how many again', async () => {
    const { service, store, parts, said } = world();
    await runGuardOf(service, parts);
    const first = said();
    const { timeline } = aRollbackRecord();
    const late = aRollbackRecord({ outcome: 'rolled-back', timeline: { ...timeline, receivedAt: FIRED_AT - DAY_MS } });
    await store.commit({ rollbacks: [late], remove: [], events: [] }, signal);
    service.clock.advance(30 * MINUTE_MS);

    await runGuardOf(service, parts);

    expect(first).toMatchObject({ daysFolded: 380, daysFoldedAgain: 0 });
    expect(said()).toMatchObject({ daysFolded: 0, daysFoldedAgain: 1 });
  });

  it('says no number of days where the store did not let them be folded, but why', async () => {
    const { service, parts, said } = world();
    const away = { ...parts.dayLog, folded: async () => Promise.reject(new StoreFault('the days are away')) };

    await runGuardOf(service, { ...parts, dayLog: away }).catch(() => undefined);

    expect(said()).toMatchObject({ daysFolded: undefined, daysFoldedAgain: undefined });
    expect(service.log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', fields: { cause: 'the days are away' } }),
    );
  });
});
