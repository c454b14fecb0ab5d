import { escapePointer, type PatchOperation } from '#shared/domain/json-patch.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { Requester } from '#shared/domain/rollback-record.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import type { Cluster, ObjectRef, PatchAnswer } from '#shared/ports/cluster.ts';
import { type Budget, withRetries } from './budget.ts';
import { type HoldRelease, planRelease, releaseHold } from './release-hold.ts';

export type ReleaseParts = {
  readonly ref: ObjectRef;
  readonly requester: Requester;
  readonly cluster: Cluster;
  readonly budget: Budget;
};

export type TriedRelease =
  | { readonly kind: 'allowed'; readonly operations: readonly PatchOperation[] }
  | { readonly kind: 'nothing-held' | 'no-room' }
  | { readonly kind: 'refused'; readonly answer: Exclude<PatchAnswer, { kind: 'patched' }> };

/** What a release would send, as far as the API server lets it: nothing is kept. Throws ClusterFault. */
export async function tryRelease(object: VirtualService, parts: ReleaseParts): Promise<TriedRelease> {
  const { ref, requester, cluster, budget } = parts;
  const planned = planRelease(object, releaseOf(requester), budget.clock.now());
  if (planned.kind === 'no-room') return { kind: 'no-room' };
  const operations = planned.kind === 'planned' ? planned.operations : labelAlone(object);
  if (!operations) return { kind: 'nothing-held' };
  const { virtualServices } = cluster;
  const answer = await withRetries(budget, () =>
    virtualServices.patch(ref, operations, budget.signal, { dryRun: true }),
  );
  return answer.kind === 'patched' ? { kind: 'allowed', operations } : { kind: 'refused', answer };
}

/** Ends every hold of the object. Throws ClusterFault. */
export async function releaseByHand(known: VirtualService, parts: ReleaseParts) {
  const { ref, requester, cluster, budget } = parts;
  const end = await releaseHold(ref, releaseOf(requester), { cluster, budget, known });
  const operations = end.kind === 'nothing-held' ? labelAlone(end.object) : undefined;
  if (!operations) return end;
  const answer = await withRetries(budget, () => cluster.virtualServices.patch(ref, operations, budget.signal));
  return answer.kind === 'patched' ? ({ kind: 'unlabelled' } as const) : end;
}

/** Every entry that is open: those whose time is over are closed by guard, which may not have come yet. */
function releaseOf({ name, reason }: Requester): HoldRelease {
  return { state: 'released', by: name, why: reason, ends: () => true };
}

/** Somebody took the journal away, and the label stayed. */
function labelAlone({ metadata }: VirtualService): PatchOperation[] | undefined {
  if (!Object.hasOwn(metadata.labels, MARK.held) || !Object.hasOwn(metadata.labels, MARK.mode)) return undefined;
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    { op: 'remove', path: `/metadata/labels/${escapePointer(MARK.held)}` },
  ];
}
