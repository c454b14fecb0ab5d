import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { entryFor, isOpen, type Journal, type JournalEntry } from '#shared/domain/journal.ts';
import { editsOf, invert, withEdits } from '#shared/domain/json-patch.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import { type WeightChange, weightChanges } from '#shared/domain/weight-change.ts';
import { specHash } from './digest.ts';

/** The name under which our patches stand in `managedFields`. */
const FIELD_MANAGER = 'weightless';
/** The API server writes whole seconds: the true time is up to this much later. */
const MANAGED_TIME_PRECISION_MS = 1000;

/** The open entry that says that we took this object's canary to zero for this firing. */
export function openEntryFor(journal: Journal, firing: string, now: number): JournalEntry | undefined {
  const entry = entryFor(journal, firing);
  return entry && isOpen(entry, now) ? entry : undefined;
}

/**
 * When the canary was at zero, from the object alone: after we sent the patch, and not later than the end of the second
 * that the API server noted for our last write. Never early; at most about a second late.
 */
export function journaledZero(object: VirtualService, entry: JournalEntry): number {
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
