import { type JournalEntry, writeJournal } from '#shared/domain/journal.ts';
import { applying, type Edit, escapePointer, type PatchOperation } from '#shared/domain/json-patch.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';

const FLUX_NAME = 'kustomize.toolkit.fluxcd.io/name';
export const FLUX_RECONCILE = 'kustomize.toolkit.fluxcd.io/reconcile';

/** True where Flux applies the object and would put the weights back, unless the same patch tells it not to. */
export function needsFluxHold({ metadata }: VirtualService): boolean {
  return Object.hasOwn(metadata.labels, FLUX_NAME) && metadata.annotations[FLUX_RECONCILE] !== 'disabled';
}

/**
 * The one JSON Patch of a rollback: weights, journal and hold together, under the version that was read. The first
 * operation makes a stale version a 409; a failed `test` would be a 422 that looks like a path that is not there.
 */
export function buildPatch(
  object: VirtualService,
  edits: readonly Edit[],
  entries: readonly JournalEntry[],
): PatchOperation[] {
  const { metadata } = object;
  const journal = writeJournal(object, entries);
  const flux = needsFluxHold(object);
  const annotations = [
    ...(journal === undefined ? [] : [annotation(MARK.journal, journal)]),
    ...(flux ? [annotation(FLUX_RECONCILE, 'disabled')] : []),
  ];
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    ...(annotations.length > 0 && !metadata.hasAnnotations
      ? [{ op: 'add' as const, path: '/metadata/annotations', value: {} }]
      : []),
    ...edits.map(applying),
    ...annotations,
    { op: 'add', path: `/metadata/labels/${escapePointer(MARK.held)}`, value: 'true' },
  ];
}

function annotation(key: string, value: string): PatchOperation {
  return { op: 'add', path: `/metadata/annotations/${escapePointer(key)}`, value };
}
