import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { type DestinationKey, formatDestination } from '#shared/domain/destination.ts';
import type { JournalEntry } from '#shared/domain/journal.ts';
import { type Edit, editsOf, withEdits } from '#shared/domain/json-patch.ts';
import { routesOf, weightOf } from '#shared/domain/routes.ts';
import { isWithinRollback } from '#shared/domain/undo-limits.ts';
import { nameOf, type VirtualService } from '#shared/domain/virtual-service.ts';
import { type Share, type WeightChange, weightChanges } from '#shared/domain/weight-change.ts';
import { specHash } from './digest.ts';

/** How a VirtualService differs from what the rollback left. */
export type Difference = {
  readonly routes: readonly {
    readonly route: string;
    readonly left: readonly Share[];
    /** undefined where there is no such route any more. */
    readonly now?: readonly Share[] | undefined;
  }[];
  /** True where something else of the spec changed: the rollback remembers no more of it than a hash. */
  readonly elsewhere: boolean;
};

export type UndoPlan =
  | { readonly kind: 'edits'; readonly edits: readonly Edit[]; readonly weights: readonly WeightChange[] }
  /** The journal had no room for the inverse patch. */
  | { readonly kind: 'undo-dropped' }
  /** A path of it is not there any more, or it is none that a rollback of this canary leaves. */
  | { readonly kind: 'undo-does-not-fit'; readonly difference: Difference }
  /** The spec is not the one that the rollback left: forced, it is undone all the same. */
  | { readonly kind: 'changed'; readonly difference: Difference }
  /** Its routes hold other destinations: the undo would give them weights that were never theirs. */
  | { readonly kind: 'other-destinations'; readonly difference: Difference };

export type UndoQuestion = {
  readonly object: VirtualService;
  readonly entry: JournalEntry;
  /** By the record: who may edit the object may have written another into its journal. */
  readonly canary: DestinationKey;
  /** What the rollback changed, by its record. */
  readonly changes: readonly WeightChange[];
  readonly force: boolean;
};

/** The edits that bring back what one rollback changed in one object, or why they are not made. */
export function planUndo({ object, entry, canary, changes, force }: UndoQuestion): UndoPlan {
  const { undo, after } = entry;
  if (!undo) return { kind: 'undo-dropped' };
  const own = changes.filter(({ virtualService }) => virtualService === nameOf(object));
  const difference = () => differenceOf(object, own);
  const edits = fittingEdits(object, undo, canary);
  if (!edits) return { kind: 'undo-does-not-fit', difference: difference() };
  const weights = weightChanges(object, edits);
  if (after === specHash(object.spec)) return { kind: 'edits', edits, weights };
  if (!force) return { kind: 'changed', difference: difference() };
  return weights.every((change) => own.some((one) => sameRoute(one, change)))
    ? { kind: 'edits', edits, weights }
    : { kind: 'other-destinations', difference: difference() };
}

/** Parsed as well, since anyone may have written the annotation. */
function fittingEdits(
  object: VirtualService,
  undo: NonNullable<JournalEntry['undo']>,
  canary: DestinationKey,
): Edit[] | undefined {
  if (undo.some(({ op }) => op === 'test')) return undefined;
  try {
    const edits = editsOf(undo, { spec: object.spec });
    const { name, namespace } = object.metadata;
    parseVirtualService({ metadata: { name, namespace }, ...withEdits({ spec: object.spec }, edits) });
    return isWithinRollback(object, edits, canary) ? edits : undefined;
  } catch {
    return undefined;
  }
}

function sameRoute(left: WeightChange, now: WeightChange): boolean {
  const destinations = (shares: readonly Share[]) => JSON.stringify(shares.map(({ to }) => to));
  return left.route === now.route && destinations(left.after) === destinations(now.before);
}

function differenceOf(object: VirtualService, changes: readonly WeightChange[]): Difference {
  const current = new Map(
    routesOf(object).map(({ label, destinations }) => [
      label,
      destinations.map(({ key, entry }) => ({ to: formatDestination(key), weight: weightOf(entry) })),
    ]),
  );
  // Mirrors stand in the record as routes of their own, and in no route here.
  const routes = changes
    .filter(({ route }) => current.has(route) || !route.endsWith(' mirror'))
    .map(({ route, after }) => ({ route, left: after, now: current.get(route) }))
    .filter(({ left, now }) => JSON.stringify(left) !== JSON.stringify(now));
  return { routes, elsewhere: routes.length === 0 };
}
