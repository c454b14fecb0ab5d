import { describe, expect, it } from 'vitest';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import type { Alert } from '#shared/domain/alert.ts';
import { MAX_RECORDS_PER_CHANGE, type RollbackChange, StoreFault } from '#shared/ports/rollback-log.ts';
import { findUnresolved, resolveRecord } from '#shared/steps/record-resolved.ts';
import { type RecordDeps, recordRollbacks } from '#shared/steps/record-rollbacks.ts';
import { anAlert } from '#test/builders/alert.ts';
import { aRollbackDraft } from '#test/builders/rollback-draft.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';

const signal = new AbortController().signal;
const clock = fakeClock(FIRED_AT + 5000);
const draftsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    draft: aRollbackDraft({ id: `r${index}`, alert: { ...aRollbackDraft().alert, fingerprint: `f${index}` } }),
    firing: `f${index}@x`,
  }));

/** A store that notes what is committed, and may say no. */
function watchedLog(refuse: (count: number) => boolean = () => false) {
  const log = memoryRollbackLog();
  const changes: RollbackChange[] = [];
  return {
    changes,
    log: {
      ...log,
      async commit(change: RollbackChange, until: AbortSignal) {
        changes.push(change);
        return refuse(changes.length) ? ('conflict' as const) : log.commit(change, until);
      },
    },
  };
}

describe('the rollbacks of one target', () => {
  it('are written in parts that one transaction can hold, with one target record', async () => {
    const { log, changes } = watchedLog();

    const records = await recordRollbacks(draftsOf(45), { log, clock }, signal);

    expect(records.map(({ id }) => id)).toEqual(draftsOf(45).map(({ draft }) => draft.id));
    expect(changes.map(({ rollbacks }) => rollbacks.length)).toEqual([
      MAX_RECORDS_PER_CHANGE,
      MAX_RECORDS_PER_CHANGE,
      5,
    ]);
    expect(changes.map(({ target }) => target?.version)).toEqual([1, 2, 3]);
    expect(new Set(records.map(({ episode }) => episode?.id))).toEqual(new Set(['r0']));
  });

  it('are read and decided again where another writer was first', async () => {
    const { log, changes } = watchedLog((count) => count < 8);

    const records = await recordRollbacks(draftsOf(1), { log, clock }, signal);

    expect(records).toMatchObject([{ version: 1 }]);
    expect(changes).toHaveLength(8);
  });

  it('are a fault of the store where others are always first', async () => {
    const { log } = watchedLog(() => true);

    await expect(recordRollbacks(draftsOf(1), { log, clock }, signal)).rejects.toThrow(StoreFault);
    await expect(recordRollbacks(draftsOf(1), { log, clock }, signal)).rejects.toThrow(/kept changing: 8 writes/);
  });

  it('cost no write where there is nothing new', async () => {
    const { log, changes } = watchedLog();
    await recordRollbacks(draftsOf(1), { log, clock }, signal);

    const [again] = await recordRollbacks(draftsOf(1), { log, clock }, signal);

    expect(again?.version).toBe(1);
    expect(changes).toHaveLength(1);
  });

  it('keep the episode that they began in, when the target has gone on to the next', async () => {
    const log = memoryRollbackLog();
    const later = { firedAt: FIRED_AT + 3_600_000, receivedAt: FIRED_AT + 3_601_000, zeroedAt: FIRED_AT + 3_602_000 };
    const [first, second] = draftsOf(2);
    if (!first || !second) throw new Error('two drafts');
    const reasserted = { ...first, draft: { ...first.draft, reasserts: 1 } };
    await recordRollbacks([first], { log, clock }, signal);
    await recordRollbacks([{ ...second, draft: { ...second.draft, timeline: later } }], { log, clock }, signal);

    const [again] = await recordRollbacks([reasserted], { log, clock }, signal);

    expect(again).toMatchObject({ version: 2, episode: { id: 'r0' } });
  });

  it('of none are none', async () => {
    expect(await recordRollbacks([], { log: memoryRollbackLog(), clock }, signal)).toEqual([]);
  });
});

/** As a delivery does it for one alert. */
async function recordResolved(alert: Alert, deps: RecordDeps): Promise<void> {
  for (const one of await findUnresolved(alert, deps, signal)) await resolveRecord(one, deps, signal);
}

describe('the resolution of a firing', () => {
  const resolved = anAlert({ status: 'resolved', fingerprint: 'f0', startsAt: FIRED_AT, endsAt: FIRED_AT + 60_000 });

  it('is a fault of the store where others are always first', async () => {
    const { log } = watchedLog((count) => count > 1);
    await recordRollbacks(draftsOf(1), { log, clock }, signal);

    await expect(recordResolved(resolved, { log, clock })).rejects.toThrow(/r0 kept changing: 8 writes/);
  });

  it('is timed by our clock where the alert does not say when', async () => {
    const { log } = watchedLog();
    await recordRollbacks(draftsOf(1), { log, clock }, signal);
    const { endsAt, ...untimed } = resolved;

    await recordResolved(untimed, { log, clock });

    expect((await log.recent(1, signal))[0]?.timeline.alertResolvedAt).toBe(clock.now());
  });

  it('leaves what somebody else resolved meanwhile', async () => {
    const { log, changes } = watchedLog();
    await recordRollbacks(draftsOf(1), { log, clock }, signal);
    await Promise.all([1, 2].map(() => recordResolved(resolved, { log, clock })));

    const [record] = await log.recent(1, signal);

    expect(record?.history.map(({ kind }) => kind)).toEqual(['resolved']);
    expect(changes.length).toBeLessThanOrEqual(3);
  });
});
