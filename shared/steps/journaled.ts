import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { type Alert, firingOf } from '#shared/domain/alert.ts';
import { entryFor, isOpen, JOURNAL_MAX_ALERTS, type Journal, type JournalEntry } from '#shared/domain/journal.ts';
import { editsOf, invert, withEdits } from '#shared/domain/json-patch.ts';
import { FIELD_MANAGER } from '#shared/domain/last-writer.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import { type WeightChange, weightChanges } from '#shared/domain/weight-change.ts';
import { specHash } from './digest.ts';

/** The API server writes whole seconds: the true time is up to this much later. */
const MANAGED_TIME_PRECISION_MS = 1000;

/**
 * The open entry that says that we took this object's canary to zero for this firing. A full entry names 20 of the
 * firings that its patch served: one that had begun before it and is not named is taken for another of them.
 */
export function openEntryFor(journal: Journal, alert: Alert, now: number): JournalEntry | undefined {
  const named = entryFor(journal, firingOf(alert));
  if (named) return isOpen(named, now) ? named : undefined;
  const served = ({ alerts, sentAt }: JournalEntry) => alerts.length >= JOURNAL_MAX_ALERTS && alert.startsAt <= sentAt;
  return journal.entries.find((entry) => isOpen(entry, now) && served(entry));
}

/**
 * When the canary was at zero, from the object alone: after we sent the patch, and not later than the end of the second
 * that the API server noted for our last write. At most about a second late, and not early but in one case: the API
 * server notes the time before it asks admission webhooks, so a slow one, whose answer to us was lost as well, may make
 * it early by what that webhook took: within our time-out of 2 s for a call.
 */
export function journaledZero(object: VirtualService, entry: JournalEntry): number {
  // The object has been written by us since: what was noted then is the closest that is known.
  if (entry.zeroedBy !== undefined) return Math.max(entry.sentAt, entry.zeroedBy);
  const written = object.metadata.managedFields
    .filter(({ manager, time }) => manager === FIELD_MANAGER && time !== undefined && Number.isFinite(time))
    .map(({ time }) => (time ?? 0) + MANAGED_TIME_PRECISION_MS);
  return Math.max(entry.sentAt, ...written);
}

/** What the entry's patch changed, where the spec is still the one that it left. */
export function journaledWeights(object: VirtualService, entry: JournalEntry): WeightChange[] {
  if (!entry.undo || entry.after !== specHash(object.spec)) return [];
  try {
    const edits = editsOf(entry.undo, { spec: object.spec });
    const { spec } = withEdits({ spec: object.spec }, edits);
    const { name, namespace } = object.metadata;
    // Parsed, so that what stands in the undo is what a VirtualService can hold, and the record can be read again.
    const before = parseVirtualService({ metadata: { name, namespace }, spec });
    return weightChanges(before, edits.map(invert));
  } catch {
    // Anyone who may edit the object may have written the annotation: an undo that does not fit tells nothing.
    return [];
  }
}

/** The entries as they are to stand when we write the object again: each keeps the time that the object tells of it now. */
export function withZeroTimes(object: VirtualService, entries: readonly JournalEntry[]): JournalEntry[] {
  return entries.map((entry) =>
    entry.zeroedBy === undefined ? { ...entry, zeroedBy: journaledZero(object, entry) } : entry,
  );
}
