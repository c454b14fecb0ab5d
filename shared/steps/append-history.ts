import type { RollbackOutboxEvent } from '#shared/contracts/events.ts';
import type { Command } from '#shared/domain/command.ts';
import type { HistoryEntry, RollbackRecord, TargetRecord } from '#shared/domain/rollback-record.ts';
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
  /** What becomes of the target, where it changes, too, and was named; its version is seen to here. */
  readonly target?: ((target: TargetRecord) => TargetRecord) | undefined;
};

/**
 * Adds to the history of one record, and tells the events of it, in one write: decided anew from the record as it is
 * whenever another writer was first, so that nothing is told twice. Answers what was added, or undefined where there is
 * no such record. `about` names its target, where that may change as well. Throws StoreFault.
 */
export async function appendHistory(
  id: string,
  decide: (record: RollbackRecord) => Additions,
  deps: RecordDeps,
  signal: AbortSignal,
  about?: Pick<TargetRecord, 'cluster' | 'canary'>,
): Promise<readonly HistoryEntry[] | undefined> {
  const done = await writeInRace(
    `The record ${id}`,
    async () => {
      const { rollbacks, target } = await deps.log.read([id], about, signal);
      const seen = rollbacks.get(id);
      if (!seen || seen.supersededBy !== undefined) return { result: undefined };
      const additions = decide(seen);
      const added = additions.news.map(({ entry }) => entry);
      if (added.length === 0) return { result: { added, events: [] } };
      const change = changeOf(seen, target, additions, deps.clock.now());
      return { change, result: { added, events: change.events } };
    },
    deps,
    signal,
  );
  if (done && done.events.length > 0) deps.onWritten?.(done.events);
  return done?.added;
}

function changeOf(
  seen: RollbackRecord,
  known: TargetRecord | undefined,
  { news, verifiedAt, target }: Additions,
  now: number,
): RollbackChange {
  const record = {
    ...seen,
    version: seen.version + 1,
    timeline: verifiedAt === undefined ? seen.timeline : { ...seen.timeline, verifiedAt },
    history: [...seen.history, ...news.map(({ entry }) => entry)],
  };
  const changed = known && target?.(known);
  return {
    rollbacks: [record],
    remove: [],
    events: eventsOf(record, news, seen.history.length, now),
    ...(changed && changed !== known ? { target: { ...changed, version: known.version + 1 } } : {}),
  };
}

function eventsOf(record: RollbackRecord, news: readonly News[], from: number, now: number): RollbackOutboxEvent[] {
  return news
    .map(({ entry, said }, index) =>
      buildEvent(record, { kind: 'history', index: from + index, entry, ...(said ? { said } : {}) }, now),
    )
    .filter((event) => event !== undefined);
}
