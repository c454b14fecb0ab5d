import { type JournalEntry, writeJournal } from '#shared/domain/journal.ts';
import { applying, type Edit, escapePointer, type PatchOperation } from '#shared/domain/json-patch.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import { FLUX_RECONCILE } from './build-patch.ts';
import { withZeroTimes } from './journaled.ts';

/**
 * The one JSON Patch that ends holds, under the version that was read, or undefined where the journal has no room. The
 * label, and Flux's annotation if we set it, go with the last open entry.
 */
export function releasePatch(
  object: VirtualService,
  edits: readonly Edit[],
  entries: readonly JournalEntry[],
  fluxIsOurs: boolean,
): PatchOperation[] | undefined {
  const { metadata } = object;
  const journal = writeJournal(object, withZeroTimes(object, entries));
  if (journal === undefined) return undefined;
  const stillHeld = entries.some(({ state }) => state === 'open');
  const ours = fluxIsOurs && metadata.annotations[FLUX_RECONCILE] === 'disabled';
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    ...edits.map(applying),
    { op: 'add', path: `/metadata/annotations/${escapePointer(MARK.journal)}`, value: journal },
    ...(!stillHeld && Object.hasOwn(metadata.labels, MARK.held)
      ? [{ op: 'remove' as const, path: `/metadata/labels/${escapePointer(MARK.held)}` }]
      : []),
    ...(!stillHeld && ours
      ? [{ op: 'remove' as const, path: `/metadata/annotations/${escapePointer(FLUX_RECONCILE)}` }]
      : []),
  ];
}
