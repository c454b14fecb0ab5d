import { firingOf } from '#shared/domain/alert.ts';
import { listManagedCommand } from '#shared/domain/commands-for.ts';
import { unreachableMessage } from '#shared/domain/guard-words.ts';
import { type RollbackRecord, UNKNOWN } from '#shared/domain/rollback-record.ts';
import { isOverdue, isUnfinished } from '#shared/domain/unfinished.ts';
import type { RollbackChange } from '#shared/ports/rollback-log.ts';
import { alertOf, draftOfRecord } from './draft-of-record.ts';
import { inParallel } from './in-parallel.ts';
import type { DeliveryEntry } from './record-outcomes.ts';
import { type Draft, type RecordDeps, recordRollbacks } from './record-rollbacks.ts';
import { writeInRace } from './write-in-race.ts';

/** Store calls under way at once. */
const AT_ONCE = 8;

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
  // By target: writes of one would only meet each other.
  const groups = [...Map.groupBy(records, ({ canary }) => canary).values()];
  const ends = await inParallel(groups, AT_ONCE, (group) => endGroup(group, parts, deps, signal));
  return {
    unreachable: ends.reduce((total, one) => total + one.unreachable, 0),
    givenUp: ends.reduce((total, one) => total + one.givenUp, 0),
  };
}

async function endGroup(
  group: readonly RollbackRecord[],
  parts: EndParts,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<Ended> {
  const ids = group.map(({ id }) => id);
  const { rollbacks } = await deps.log.read(ids, undefined, signal);
  const now = deps.clock.now();
  const open = [...rollbacks.values()].filter(isUnfinished);
  const toEnd = open.filter((record) => isToEnd(record, parts, now));
  const replaced = await inParallel(toEnd, AT_ONCE, (record) => removeReplaced(record, deps, signal));
  const overdue = toEnd.filter((_, index) => !replaced[index]);
  const drafts = overdue.map((record) => unreachableDraft(record, parts, now));
  await recordRollbacks(drafts, deps, signal);
  const past = open.filter((record) => isPastHold(record, parts, now));
  const given = await inParallel(past, AT_ONCE, ({ id }) => giveUp(id, parts, deps, signal));
  return { unreachable: overdue.length, givenUp: given.filter(Boolean).length };
}

/**
 * Two deliveries that raced may have left a record without canary beside the one that knows it: nobody is told of that.
 * Answers whether this is one, and has been removed.
 */
async function removeReplaced(record: RollbackRecord, { log }: RecordDeps, signal: AbortSignal): Promise<boolean> {
  if (record.canary !== UNKNOWN) return false;
  const firing = firingOf(alertOf(record));
  if ((await log.ofFiring(firing, signal)).every(({ canary }) => canary === UNKNOWN)) return false;
  // Whoever wrote it since has it the next time.
  const receivedBefore = [record.timeline.receivedAt];
  await log.commit({ rollbacks: [], remove: [{ ...record, firing }], events: [], receivedBefore }, signal);
  return true;
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
