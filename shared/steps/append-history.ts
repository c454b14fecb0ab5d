import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { Command } from '#shared/domain/command.ts';
import type { HistoryEntry, RollbackRecord, TargetRecord } from '#shared/domain/rollback-record.ts';
import { UNKNOWN } from '#shared/domain/rollback-record.ts';
import type { RollbackChange } from '#shared/ports/rollback-log.ts';
import { buildEvent } from './build-events.ts';
import type { RecordDeps } from './record-rollbacks.ts';
import { writeInRace } from './write-in-race.ts';

/** An entry for a record's history, with what a person is told instead of the record's own words. */
export type News = {
  readonly entry: HistoryEntry;
  readonly said?: { readonly message: string; readonly commands: readonly Command[] } | undefined;
};

/** What is new about a record as it stands; nothing where its history tells it already. */
export type Additions = {
  readonly news: readonly News[];
  /** When the canary's requests were seen to have stopped. */
  readonly verifiedAt?: number | undefined;
  /** What becomes of the target, where it changes, too; its version is seen to here. */
  readonly target?: ((target: TargetRecord) => TargetRecord) | undefined;
};

/**
 * Adds to the history of one record, and tells the events of it, in one write: decided anew from the record as it is
 * whenever another writer was first, so that nothing is told twice. Answers what was added, or undefined where there is
 * no such record. Throws StoreFault.
 */
export async function appendHistory(
  id: string,
  decide: (record: RollbackRecord) => Additions,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<readonly HistoryEntry[] | undefined> {
  const done = await writeInRace(
    `The record ${id}`,
    async () => {
      const seen = (await deps.log.read([id], undefined, signal)).rollbacks.get(id);
      if (!seen || seen.supersededBy !== undefined) return { result: undefined };
      const additions = decide(seen);
      const added = additions.news.map(({ entry }) => entry);
      if (added.length === 0) return { result: { added, events: [] } };
      const change = await changeOf(seen, additions, deps, signal);
      return { change, result: { added, events: change.events } };
    },
    deps,
    signal,
  );
  if (done && done.events.length > 0) deps.onWritten?.(done.events);
  return done?.added;
}

async function changeOf(
  seen: RollbackRecord,
  { news, verifiedAt, target }: Additions,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<RollbackChange> {
  const record = {
    ...seen,
    version: seen.version + 1,
    timeline: verifiedAt === undefined ? seen.timeline : { ...seen.timeline, verifiedAt },
    history: [...seen.history, ...news.map(({ entry }) => entry)],
  };
  const events = eventsOf(record, news, seen.history.length, deps.clock.now());
  const changed = target && (await changedTarget(record, target, deps, signal));
  return { rollbacks: [record], remove: [], events, ...(changed ? { target: changed } : {}) };
}

async function changedTarget(
  { cluster, canary }: RollbackRecord,
  change: (target: TargetRecord) => TargetRecord,
  { log }: RecordDeps,
  signal: AbortSignal,
): Promise<TargetRecord | undefined> {
  if (canary === UNKNOWN) return undefined;
  const { target } = await log.read([], { cluster, canary }, signal);
  const changed = target && change(target);
  return !changed || changed === target ? undefined : { ...changed, version: target.version + 1 };
}

function eventsOf(record: RollbackRecord, news: readonly News[], from: number, now: number): OutboxEvent[] {
  return news
    .map(({ entry, said }, index) =>
      buildEvent(record, { kind: 'history', index: from + index, entry, ...(said ? { said } : {}) }, now),
    )
    .filter((event) => event !== undefined);
}
