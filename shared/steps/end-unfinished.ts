import { firingOf } from '#shared/domain/alert.ts';
import { listManagedCommand } from '#shared/domain/commands-for.ts';
import { unreachableMessage } from '#shared/domain/guard-words.ts';
import { type RollbackRecord, UNKNOWN } from '#shared/domain/rollback-record.ts';
import { isOverdue, isUnfinished } from '#shared/domain/unfinished.ts';
import type { RollbackChange } from '#shared/ports/rollback-log.ts';
import { alertOf, draftOfRecord } from './draft-of-record.ts';
import type { DeliveryEntry } from './record-outcomes.ts';
import { type Draft, type RecordDeps, recordRollbacks } from './record-rollbacks.ts';
import { writeInRace } from './write-in-race.ts';

export type EndParts = {
  readonly holdMs: number;
  /** How the last try of each record ended, by its id. */
  readonly last: ReadonlyMap<string, DeliveryEntry>;
  /** kubectl's context of the record's cluster. */
  readonly context: string | undefined;
};

export type Ended = {
  /** Became `failed: unreachable`. */
  readonly unreachable: number;
  /** Guard tries them no longer. */
  readonly givenUp: number;
};

/**
 * Ends what is pending past its SLA target, or whose alert has resolved, as `failed: unreachable`; and takes off guard's
 * index what was tried until its hold was over. Throws StoreFault.
 */
export async function endUnfinished(
  records: readonly RollbackRecord[],
  parts: EndParts,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<Ended> {
  let unreachable = 0;
  let givenUp = 0;
  for (const group of Map.groupBy(records, ({ canary }) => canary).values()) {
    const { rollbacks } = await deps.log.read(
      group.map(({ id }) => id),
      undefined,
      signal,
    );
    const now = deps.clock.now();
    const open = [...rollbacks.values()].filter(isUnfinished);
    const overdue = await withoutReplaced(
      open.filter((record) => isToEnd(record, parts, now)),
      deps,
      signal,
    );
    await recordRollbacks(
      overdue.map((record) => unreachableDraft(record, parts, now)),
      deps,
      signal,
    );
    unreachable += overdue.length;
    for (const { id } of open.filter((record) => isPastHold(record, parts, now)))
      if (await giveUp(id, parts, deps, signal)) givenUp += 1;
  }
  return { unreachable, givenUp };
}

/** Two deliveries that raced may have left a record without canary beside the one that knows it: nobody is told of that. */
async function withoutReplaced(
  overdue: readonly RollbackRecord[],
  { log }: RecordDeps,
  signal: AbortSignal,
): Promise<RollbackRecord[]> {
  const kept: RollbackRecord[] = [];
  for (const record of overdue) {
    const firing = firingOf(alertOf(record));
    const isReplaced =
      record.canary === UNKNOWN && (await log.ofFiring(firing, signal)).some(({ canary }) => canary !== UNKNOWN);
    if (!isReplaced) kept.push(record);
    // Whoever wrote it since finds it the next time.
    else await log.commit({ rollbacks: [], remove: [{ ...record, firing }], events: [] }, signal);
  }
  return kept;
}

function isToEnd(record: RollbackRecord, parts: EndParts, now: number): boolean {
  if (record.outcome !== 'pending') return false;
  return isOverdue(record, now) || record.timeline.alertResolvedAt !== undefined || isPastHold(record, parts, now);
}

function isPastHold({ timeline }: RollbackRecord, { holdMs }: EndParts, now: number): boolean {
  return now > timeline.receivedAt + holdMs;
}

function unreachableDraft(record: RollbackRecord, { holdMs, last, context }: EndParts, now: number): Draft {
  const { message, commands } = last.get(record.id) ?? record;
  return draftOfRecord(record, {
    reason: 'unreachable',
    message: unreachableMessage(record, message, now, record.timeline.receivedAt + holdMs),
    commands: [commands, record.commands].find((some) => some.length > 0) ?? [listManagedCommand(context)],
  });
}

/** Answers whether it was this run that took it off the index. */
async function giveUp(id: string, parts: EndParts, deps: RecordDeps, signal: AbortSignal): Promise<boolean> {
  return writeInRace(
    `The record ${id}`,
    async () => {
      const seen = (await deps.log.read([id], undefined, signal)).rollbacks.get(id);
      const now = deps.clock.now();
      if (!seen || !isUnfinished(seen) || !isPastHold(seen, parts, now)) return { result: false };
      return { change: givingUp(seen, now), result: true };
    },
    deps,
    signal,
  );
}

function givingUp(seen: RollbackRecord, now: number): RollbackChange {
  const history = [...seen.history, { kind: 'given-up' as const, at: now }];
  return { rollbacks: [{ ...seen, version: seen.version + 1, history }], remove: [], events: [] };
}
