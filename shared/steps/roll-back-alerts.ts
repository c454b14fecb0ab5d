import { type Alert, firingOf } from '#shared/domain/alert.ts';
import { type AlertRules, chooseAlert } from '#shared/domain/choose-alert.ts';
import { formatDestination } from '#shared/domain/destination.ts';
import { namespacesOf } from '#shared/domain/identify-alert.ts';
import type { Mode } from '#shared/domain/mode.ts';
import { UNKNOWN } from '#shared/domain/rollback-record.ts';
import type { Claim, Target, Unresolved } from '#shared/domain/target.ts';
import { type Cluster, ClusterFault } from '#shared/ports/cluster.ts';
import type { Budget } from './budget.ts';
import { type ClusterView, openClusterView } from './cluster-view.ts';
import { inParallel } from './in-parallel.ts';
import { resolveTarget } from './resolve-target.ts';
import * as unresolved from './unresolved.ts';
import { type TargetResult, zeroTarget } from './zero-target.ts';

/** What the settings say about alerts. */
export type RollbackPolicy = {
  readonly rules: AlertRules;
  readonly mode: Mode;
  /** The label that says which cluster an alert is about. */
  readonly clusterLabel: string;
  readonly slaMs: number;
  readonly holdMs: number;
};

export type RollbackDeps = {
  readonly clusters: readonly Cluster[];
  readonly policy: RollbackPolicy;
  readonly budget: Budget;
  readonly receivedAt: number;
  readonly onConflict: () => void;
};

/** What became of one alert, before it is recorded. */
export type AlertOutcome =
  | { readonly kind: 'unresolved'; readonly alert: Alert; readonly said: Unresolved; readonly cluster: string }
  | {
      readonly kind: 'targets';
      readonly alert: Alert;
      readonly results: readonly { readonly result: TargetResult; readonly view: ClusterView }[];
    };

/** Different targets are zeroed at the same time, this many at once: each is a patch or two. */
const MAX_TARGETS_AT_ONCE = 16;

/** Takes the canaries that some alerts are about to zero; one outcome an alert, in their order. Never throws for a cluster. */
export async function rollBackAlerts(alerts: readonly Alert[], deps: RollbackDeps): Promise<AlertOutcome[]> {
  const early = alerts.map((alert) => chooseCluster(alert, deps));
  const views = await openViews(early, deps);
  const resolved = await Promise.all(early.map((one) => resolve(one, views, deps)));
  const groups = groupByTarget(resolved);
  const results = new Map<string, TargetResult>();
  await inParallel([...groups.values()], MAX_TARGETS_AT_ONCE, async (group) => {
    const result = await zeroTarget({ ...group, claims: [...group.claims.values()], ...deps, ...deps.policy });
    results.set(keyOf(group.target), result);
  });
  return resolved.map((one) => outcomeOf(one, results));
}

type Early =
  | { readonly alert: Alert; readonly said: Unresolved; readonly cluster: string }
  | { readonly alert: Alert; readonly cluster: Cluster };

/** Resolved and unselected alerts touch no cluster; for the others, which cluster it is. */
function chooseCluster(alert: Alert, { policy, clusters }: RollbackDeps): Early {
  const choice = chooseAlert(alert, policy.rules);
  if (choice === 'resolved') return { alert, said: unresolved.resolved(), cluster: UNKNOWN };
  if (choice === 'not-an-slo-alert') return { alert, said: unresolved.notAnSloAlert(), cluster: UNKNOWN };
  const named = Object.hasOwn(alert.labels, policy.clusterLabel) ? alert.labels[policy.clusterLabel] : undefined;
  const cluster =
    named === undefined
      ? clusters.length === 1
        ? clusters[0]
        : undefined
      : clusters.find(({ name }) => name === named);
  return cluster
    ? { alert, cluster }
    : { alert, said: unresolved.clusterUnknown(policy.clusterLabel, named, clusters), cluster: UNKNOWN };
}

type View = { readonly view: ClusterView } | { readonly fault: ClusterFault };

/** One first reading of each cluster, all at once; a cluster that does not answer does not stop the others. */
async function openViews(early: readonly Early[], { budget }: RollbackDeps): Promise<Map<Cluster, View>> {
  const alertsOf = new Map<Cluster, Alert[]>();
  for (const one of early) {
    if (!('said' in one)) alertsOf.set(one.cluster, [...(alertsOf.get(one.cluster) ?? []), one.alert]);
  }
  const opened = await Promise.all(
    [...alertsOf].map(async ([cluster, about]): Promise<[Cluster, View]> => {
      const namespaces = [...new Set(about.flatMap(namespacesOf))].slice(0, MAX_HINTED_NAMESPACES);
      try {
        return [cluster, { view: await openClusterView(cluster, { namespaces }, budget) }];
      } catch (fault) {
        if (!(fault instanceof ClusterFault)) throw fault;
        return [cluster, { fault }];
      }
    }),
  );
  return new Map(opened);
}

/** Further namespaces are asked for when their turn comes. */
const MAX_HINTED_NAMESPACES = 8;

type ResolvedAlert =
  | { readonly alert: Alert; readonly said: Unresolved; readonly cluster: string }
  | {
      readonly alert: Alert;
      readonly view: ClusterView;
      readonly targets: readonly { readonly target: Target; readonly claim: Claim }[];
    };

async function resolve(
  early: Early,
  views: ReadonlyMap<Cluster, View>,
  { policy, budget }: RollbackDeps,
): Promise<ResolvedAlert> {
  if ('said' in early) return early;
  const { alert, cluster } = early;
  const opened = views.get(cluster);
  if (!opened || 'fault' in opened) {
    const fault = opened?.fault ?? new ClusterFault('error', 'the cluster was not asked');
    return { alert, said: unresolved.clusterFault(fault, cluster), cluster: cluster.name };
  }
  try {
    const answer = await resolveTarget(alert, opened.view, policy.mode, budget.clock.now());
    if (answer.kind === 'unresolved') return { alert, said: answer, cluster: cluster.name };
    return { alert, view: opened.view, targets: answer.targets };
  } catch (fault) {
    if (!(fault instanceof ClusterFault)) throw fault;
    return { alert, said: unresolved.clusterFault(fault, cluster), cluster: cluster.name };
  }
}

type Group = { readonly target: Target; readonly view: ClusterView; readonly claims: Map<string, Claim> };

/** Many alerts about one canary cost one patch. The same firing twice in a delivery is one claim. */
function groupByTarget(resolved: readonly ResolvedAlert[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const one of resolved) {
    if ('said' in one) continue;
    for (const { target, claim } of one.targets) {
      const group = groups.get(keyOf(target)) ?? { target, view: one.view, claims: new Map<string, Claim>() };
      groups.set(keyOf(target), group);
      group.claims.set(firingOf(claim.alert), claim);
    }
  }
  return groups;
}

function outcomeOf(one: ResolvedAlert, results: ReadonlyMap<string, TargetResult>): AlertOutcome {
  if ('said' in one) return { kind: 'unresolved', ...one };
  const found = one.targets.map(({ target }) => results.get(keyOf(target))).filter((result) => result !== undefined);
  return { kind: 'targets', alert: one.alert, results: found.map((result) => ({ result, view: one.view })) };
}

function keyOf({ cluster, canary }: Target): string {
  return `${cluster}/${formatDestination(canary)}`;
}
