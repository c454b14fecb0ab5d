import { type Alert, firingOf } from '#shared/domain/alert.ts';
import { withResolved } from '#shared/domain/episode.ts';
import { type HistoryEntry, type RollbackRecord, type TargetRecord, UNKNOWN } from '#shared/domain/rollback-record.ts';
import { type RollbackChange, StoreFault } from '#shared/ports/rollback-log.ts';
import { buildEvent } from './build-events.ts';
import type { RecordDeps } from './record-rollbacks.ts';

const MAX_TRIES = 8;

/** A record of an alert that has resolved, and that does not say so yet. */
export type UnresolvedRecord = { readonly record: RollbackRecord; readonly firing: string; readonly at: number };

/** Sets when the alert resolved on what is recorded of its firing; makes no record. Throws StoreFault. */
export async function recordResolved(alert: Alert, deps: RecordDeps, signal: AbortSignal): Promise<void> {
  for (const one of await findUnresolved(alert, deps, signal)) await resolveRecord(one, deps, signal);
}

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

/** Writes it. Throws StoreFault. */
export async function resolveRecord(
  { record: { id }, firing, at }: UnresolvedRecord,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const seen = (await deps.log.read([id], undefined, signal)).rollbacks.get(id);
    if (!seen || !isUnresolved(seen)) return;
    const target = seen.canary === UNKNOWN ? undefined : (await deps.log.read([], seen, signal)).target;
    const change = resolving(seen, target, { firing, at, now: deps.clock.now() });
    if ((await deps.log.commit(change, signal)) === 'written') return;
  }
  throw new StoreFault(`The record ${id} kept changing: ${MAX_TRIES} writes met another writer’s`);
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
