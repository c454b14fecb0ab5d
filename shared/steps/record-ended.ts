import { formatDestination, parseDestination } from '#shared/domain/destination.ts';
import type { JournalEntry } from '#shared/domain/journal.ts';
import type { HistoryEntry, RollbackRecord, TargetRecord } from '#shared/domain/rollback-record.ts';
import { type Additions, appendHistory } from './append-history.ts';
import { rollbackId } from './digest.ts';
import { inParallel } from './in-parallel.ts';
import type { RecordDeps } from './record-rollbacks.ts';

/** Store calls under way at once. */
const AT_ONCE = 8;

export type EndedHolds = {
  readonly cluster: string;
  /** `namespace/name`. */
  readonly virtualService: string;
  /** Entries of the object whose hold has ended, with `state` and `ended`. */
  readonly ended: readonly JournalEntry[];
  /** The object's entries that are still open. */
  readonly open: readonly JournalEntry[];
};

/**
 * Tells, once a record, that holds have ended: `HoldReleased`, or `RollbackRestored`. What the journal says is what is
 * told, so that whoever ended the hold and died before this, guard tells the same. Answers the ids of the records that
 * were told of now. Throws StoreFault.
 */
export async function recordEnded(holds: EndedHolds, deps: RecordDeps, signal: AbortSignal): Promise<string[]> {
  const ends = holds.ended.flatMap((entry) => endsOf(entry, holds.cluster));
  const told = await inParallel(ends, AT_ONCE, async ({ id, entry }) => {
    const added = await appendHistory(id, (record) => additionsOf(record, entry, holds), deps, signal, about(entry));
    return added && added.length > 0 ? [id] : [];
  });
  return told.flat();

  function about({ canary }: JournalEntry): { readonly cluster: string; readonly canary: string } | undefined {
    return canary === undefined ? undefined : { cluster: holds.cluster, canary };
  }
}

/** The records of one entry: one a firing. An entry of before that names no canary has none that could be found. */
export function endsOf(entry: JournalEntry, cluster: string): { readonly id: string; readonly entry: JournalEntry }[] {
  const { canary } = entry;
  if (canary === undefined || formatDestination(parseDestination(canary)) !== canary) return [];
  return entry.alerts.map((firing) => ({ id: rollbackId({ cluster, canary, firing }), entry }));
}

/** What the history of a record does not say yet of an entry's end. */
export function untoldEnd(
  { history }: RollbackRecord,
  { state, ended }: JournalEntry,
  virtualService: string,
): HistoryEntry | undefined {
  if (!ended || state === 'open') return undefined;
  const kind = state === 'restored' ? 'restored' : 'released';
  const known = history.some(
    (one) => one.kind === kind && one.virtualService === virtualService && one.at === ended.at,
  );
  return known ? undefined : { kind, virtualService, ...ended };
}

function additionsOf(record: RollbackRecord, entry: JournalEntry, { virtualService, open }: EndedHolds): Additions {
  const end = untoldEnd(record, entry, virtualService);
  if (!end) return { news: [] };
  const until = Math.max(end.at, ...open.filter(({ canary }) => canary === entry.canary).map((one) => one.holdUntil));
  // Where other objects hold the canary as well, what is remembered ends at its time.
  const alone = record.virtualServices.length === 1;
  return {
    news: [{ entry: end, said: { message: messageOf(end, record), commands: [] } }],
    ...(alone ? { target: (target: TargetRecord) => held(target, until) } : {}),
  };
}

function held(target: TargetRecord, until: number): TargetRecord {
  return target.holdUntil === undefined || target.holdUntil <= until ? target : { ...target, holdUntil: until };
}

function messageOf(end: HistoryEntry, { canary, cluster }: RollbackRecord): string {
  if (end.kind !== 'released' && end.kind !== 'restored') return '';
  const where = `${end.virtualService} in ${cluster}`;
  const why = end.why === undefined ? '' : `: ${end.why}`;
  if (end.kind === 'restored')
    return `${end.by ?? 'Somebody'} restored the weights of ${where}${why}. ${canary} may get traffic again.`;
  return end.by === undefined
    ? `The hold of ${canary} in ${where} is over: it may get traffic again.`
    : `${end.by} released the hold of ${canary} in ${where}${why}. It may get traffic again.`;
}
