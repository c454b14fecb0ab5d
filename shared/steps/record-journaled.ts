import { type DestinationKey, formatDestination, parseDestination } from '#shared/domain/destination.ts';
import type { Managed } from '#shared/domain/managed.ts';
import { isManual } from '#shared/domain/manual.ts';
import { mirroredDestinations } from '#shared/domain/plan-mirrors.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { routedDestinations } from '#shared/domain/routes.ts';
import { nameOf, type VirtualService } from '#shared/domain/virtual-service.ts';
import type { Cluster, Listed } from '#shared/ports/cluster.ts';
import { type Budget, remainingMs } from './budget.ts';
import { type ClusterView, openClusterView } from './cluster-view.ts';
import { draftOfTarget } from './draft-rollback.ts';
import { settledFirings, type Unrecorded } from './find-unrecorded.ts';
import { inParallel } from './in-parallel.ts';
import { listManaged } from './list-managed.ts';
import { proveByJournal } from './prove-by-journal.ts';
import { type RecordDeps, recordRollbacks } from './record-rollbacks.ts';
import type { RollbackPolicy } from './roll-back-alerts.ts';

const TARGETS_AT_ONCE = 8;

/**
 * Makes, or improves, the records of firings that journals name: under the ids that their deliveries would have given, so
 * that whoever comes first, there is one. Throws ClusterFault, StoreFault.
 */
export async function recordJournaled(
  unrecorded: readonly Unrecorded[],
  cluster: Cluster,
  policy: RollbackPolicy,
  budget: Budget,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<RollbackRecord[]> {
  if (unrecorded.length === 0) return [];
  const listed = await readAll(cluster, budget);
  const view = await openClusterView(cluster, { namespaces: [], listing: 'managed', listed }, budget);
  const { members, named } = readTargets(view, budget.clock.now());
  // What the object says no more, or with the object is gone, nobody can prove.
  const groups = [
    ...Map.groupBy(
      unrecorded.filter(({ id }) => named.has(id)),
      ({ canary }) => canary,
    ),
  ];
  const recorded = await inParallel(groups, TARGETS_AT_ONCE, ([canary, firings]) =>
    recordTarget(parseDestination(canary), firings, members.get(canary) ?? []),
  );
  return recorded.flat();

  async function recordTarget(
    canary: DestinationKey,
    firings: readonly Unrecorded[],
    about: readonly Managed[],
  ): Promise<RollbackRecord[]> {
    // The next run finds it again; those who must be told of what is pending come after us.
    if (remainingMs(budget) <= 0) return [];
    const alerts = firings.map(({ fingerprint, startsAt }) => ({
      status: 'firing' as const,
      labels: {},
      annotations: {},
      fingerprint,
      startsAt,
    }));
    const sentAt = Math.min(...firings.map(({ entry }) => entry.sentAt));
    const now = budget.clock.now();
    const result = await proveByJournal({ canary, about, alerts, sentAt }, view, policy.mode, now);
    const drafts = alerts.flatMap((alert, index) => {
      const { receivedAt = now, asked } = firings[index]?.entry ?? {};
      const requestedBy = isManual(alert) && asked ? { name: asked.by, reason: asked.why } : undefined;
      const facts = { receivedAt, truncatedAlerts: 0, slaMs: policy.slaMs, requestedBy };
      const draft = draftOfTarget(alert, result, facts, [...view.unknowns]);
      return draft ? [draft] : [];
    });
    return recordRollbacks(drafts, deps, signal);
  }
}

async function readAll(cluster: Cluster, budget: Budget): Promise<Listed<VirtualService>> {
  const objects = new Map<string, VirtualService>();
  const forbidden = new Set<string>();
  for await (const page of listManaged(cluster, budget)) {
    for (const object of page.objects) objects.set(nameOf(object), object);
    for (const namespace of page.forbidden) forbidden.add(namespace);
  }
  return { objects: [...objects.values()], forbidden: [...forbidden] };
}

type Targets = {
  /** Who routes to which canary, or did before its rollback. */
  readonly members: ReadonlyMap<string, readonly Managed[]>;
  /** The rollbacks that the journals name. */
  readonly named: ReadonlySet<string>;
};

/** Looked up once, however many canaries there are. */
function readTargets(view: ClusterView, now: number): Targets {
  const members = new Map<string, Managed[]>();
  const named = new Set<string>();
  for (const managed of view.managed) {
    const { object } = managed;
    const routed = [...routedDestinations(object), ...mirroredDestinations(object)].map(formatDestination);
    const journaled = settledFirings(object, view.cluster.name, now);
    for (const { id } of journaled) named.add(id);
    for (const canary of new Set([...routed, ...journaled.map((one) => one.canary)]))
      members.set(canary, [...(members.get(canary) ?? []), managed]);
  }
  return { members, named };
}
