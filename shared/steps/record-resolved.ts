import { type Alert, firingOf } from '#shared/domain/alert.ts';
import { withResolved } from '#shared/domain/episode.ts';
import { type HistoryEntry, type RollbackRecord, type TargetRecord, UNKNOWN } from '#shared/domain/rollback-record.ts';
import type { RollbackChange } from '#shared/ports/rollback-log.ts';
import { buildEvent } from './build-events.ts';
import type { RecordDeps } from './record-rollbacks.ts';
import { writeInRace } from './write-in-race.ts';

/** A record of an alert that has resolved, and that does not say so yet. */
export type UnresolvedRecord = { readonly record: RollbackRecord; readonly firing: string; readonly at: number };

/** What is to be written for one resolved alert. Throws StoreFault. */
export async function findUnresolved(
  alert: Alert,
  { log, clock }: RecordDeps,
  signal: AbortSignal,
): Promise<UnresolvedRecord[]> {
  const firing = firingOf(alert);
  const at = alert.endsAt ?? clock.now();
  const found = await log.ofFiring(firing, signal);
  return found.filter(isUnresolved).map((record) => ({ record, firing, at }));
}

/** Sets when the alert resolved on the record, and on its target; makes no record. Throws StoreFault. */
export async function resolveRecord(
  { record: { id, cluster, canary }, firing, at }: UnresolvedRecord,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<void> {
  const about = canary === UNKNOWN ? undefined : { cluster, canary };
  await writeInRace(
    `The record ${id}`,
    async () => {
      const { rollbacks, target } = await deps.log.read([id], about, signal);
      const seen = rollbacks.get(id);
      if (!seen || !isUnresolved(seen)) return { result: undefined };
      return { change: resolving(seen, target, { firing, at, now: deps.clock.now() }), result: undefined };
    },
    deps,
    signal,
  );
}

type Resolution = { readonly firing: string; readonly at: number; readonly now: number };

function resolving(
  seen: RollbackRecord,
  target: TargetRecord | undefined,
  { firing, at, now }: Resolution,
): RollbackChange {
  const entry: HistoryEntry = { kind: 'resolved', at };
  const record: RollbackRecord = {
    ...seen,
    version: seen.version + 1,
    timeline: { ...seen.timeline, alertResolvedAt: at },
    history: [...seen.history, entry],
  };
  const event = buildEvent(record, { kind: 'history', index: seen.history.length, entry }, now);
  return {
    rollbacks: [record],
    target: target && withResolved(target, firing, at),
    remove: [],
    events: event ? [event] : [],
  };
}

function isUnresolved({ timeline }: RollbackRecord): boolean {
  return timeline.alertResolvedAt === undefined;
}
