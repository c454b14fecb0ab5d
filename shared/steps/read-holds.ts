import { readJournal } from '#shared/contracts/journal.ts';
import type { JournalEntry } from '#shared/domain/journal.ts';
import { isManual } from '#shared/domain/manual.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { nameOf, type VirtualService } from '#shared/domain/virtual-service.ts';
import type { RollbackLog } from '#shared/ports/rollback-log.ts';
import { endsOf } from './record-ended.ts';

/** One object whose journal holds a canary, or did lately. */
export type Held = {
  /** `namespace/name`. */
  readonly name: string;
  readonly object: VirtualService;
  readonly entries: readonly JournalEntry[];
};

export type Records = ReadonlyMap<string, RollbackRecord>;

/** As many as one read of the store takes at once without being long. */
const READ_AT_ONCE = 400;
/** `holdUntil` is this many holds after the patch. */
const HOLD_FACTOR = 4;

export function readHeld(objects: readonly VirtualService[], now: number): Held[] {
  return objects.map((object) => ({ name: nameOf(object), object, entries: readJournal(object, now).entries }));
}

/** The records of all firings that the journals name. Throws StoreFault. */
export async function recordsOf(
  held: readonly Held[],
  cluster: string,
  log: RollbackLog,
  signal: AbortSignal,
): Promise<Records> {
  const ids = [
    ...new Set(held.flatMap(({ entries }) => entries.flatMap((entry) => endsOf(entry, cluster))).map(({ id }) => id)),
  ];
  const found = new Map<string, RollbackRecord>();
  for (let start = 0; start < ids.length; start += READ_AT_ONCE) {
    const { rollbacks } = await log.read(ids.slice(start, start + READ_AT_ONCE), undefined, signal);
    for (const [id, record] of rollbacks) found.set(id, record);
  }
  return found;
}

/**
 * Whether the hold of an open entry is over: at `holdUntil`, or earlier once the hold has passed and the records tell of
 * every firing that it names that it has resolved.
 */
export function isOver(entry: JournalEntry, cluster: string, records: Records | undefined, now: number): boolean {
  if (entry.state !== 'open') return false;
  if (now >= entry.holdUntil) return true;
  const about = endsOf(entry, cluster);
  if (!hasPassed(entry, now) || about.length === 0 || !records) return false;
  return about.every(({ id }) => hasResolved(records.get(id)));
}

/** Whether the hold has passed, so that it ends with its alerts. */
export function hasPassed({ sentAt, holdUntil }: JournalEntry, now: number): boolean {
  return now >= sentAt + (holdUntil - sentAt) / HOLD_FACTOR;
}

/** Nothing fires behind a rollback that a person asked for. */
function hasResolved(record: RollbackRecord | undefined): boolean {
  return record !== undefined && (isManual(record.alert) || record.timeline.alertResolvedAt !== undefined);
}
