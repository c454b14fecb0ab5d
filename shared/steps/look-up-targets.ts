import { type Alert, firingOf } from '#shared/domain/alert.ts';
import { chooseAlert } from '#shared/domain/choose-alert.ts';
import { decideFiring } from '#shared/domain/firing-decision.ts';
import { namespacesOf } from '#shared/domain/identify-alert.ts';
import { aboutCanary } from '#shared/domain/journal.ts';
import type { Managed } from '#shared/domain/managed.ts';
import { modeOf } from '#shared/domain/mode.ts';
import { wouldChange } from '#shared/domain/plan.ts';
import { UNKNOWN } from '#shared/domain/rollback-record.ts';
import type { Claim, Target, Unresolved } from '#shared/domain/target.ts';
import { type Cluster, ClusterFault, type Listing } from '#shared/ports/cluster.ts';
import { type ClusterView, openClusterView } from './cluster-view.ts';
import { resolveTarget } from './resolve-target.ts';
import type { RollbackDeps } from './roll-back-alerts.ts';
import * as unresolved from './unresolved.ts';

/** An alert with its cluster, or why it touches none. */
export type Early =
  | { readonly alert: Alert; readonly said: Unresolved; readonly cluster: string }
  | { readonly alert: Alert; readonly cluster: Cluster };

/** What tells which cluster an alert is about. */
export type ClusterChoice = {
  readonly clusters: RollbackDeps['clusters'];
  readonly policy: Pick<RollbackDeps['policy'], 'rules' | 'clusterLabel'>;
};

/** Resolved and unselected alerts touch no cluster; for the others, which cluster it is. */
export function chooseCluster(alert: Alert, { policy, clusters }: ClusterChoice): Early {
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

/** What each alert is about, from one look at each cluster; results in the order of the alerts. */
export async function lookUp(
  early: readonly Early[],
  listing: Exclude<Listing, 'all'>,
  deps: RollbackDeps,
): Promise<ResolvedAlert[]> {
  const views = await openViews(early, listing, deps);
  return Promise.all(early.map((one) => resolve(one, views, deps)));
}

/**
 * A look into the API server's cache may only lead to a patch, which the object's version guards (docs/adr/0003). For
 * everything else the cluster is asked how it is now.
 */
export function needsSecondLook(one: ResolvedAlert | undefined, deps: RollbackDeps): boolean {
  if (!one) return false;
  if ('said' in one) return one.looked;
  return !one.targets.every(({ target, claim }) => maySend(claim) && isToBePatched(target, claim, one.view, deps));
}

function maySend({ side, weak }: Claim): boolean {
  return side !== 'stable' && side !== 'other' && !weak;
}

function isToBePatched(
  { members, canary, rules, managedBy }: Target,
  { alert }: Claim,
  view: ClusterView,
  { policy, budget }: RollbackDeps,
): boolean {
  const firing = firingOf(alert);
  const mayAct = (managed: Managed) =>
    managed.marks.problems.length === 0 &&
    modeOf(managed.object, policy.mode) === 'act' &&
    ['act', 'reassert'].includes(
      decideFiring(aboutCanary(view.journal(managed), canary), firing, budget.clock.now()).kind,
    );
  return (
    members.length > 0 &&
    !managedBy &&
    members.every(
      ({ managed, stable }) =>
        mayAct(managed) &&
        wouldChange({ object: managed.object, canary, stable, darkLaunch: managed.marks.darkLaunch, rules }),
    )
  );
}

type View = { readonly view: ClusterView } | { readonly fault: ClusterFault };

/** One first reading of each cluster, all at once; a cluster that does not answer does not stop the others. */
async function openViews(
  early: readonly Early[],
  listing: Exclude<Listing, 'all'>,
  { budget }: RollbackDeps,
): Promise<Map<Cluster, View>> {
  const opened = await Promise.all(
    [...hintsOf(early)].map(async ([cluster, namespaces]): Promise<[Cluster, View]> => {
      try {
        return [cluster, { view: await openClusterView(cluster, { namespaces, listing }, budget) }];
      } catch (fault) {
        if (!(fault instanceof ClusterFault)) throw fault;
        return [cluster, { fault }];
      }
    }),
  );
  return new Map(opened);
}

/** The clusters that alerts are about, each with the namespaces that they point to. */
export function hintsOf(early: readonly Early[]): ReadonlyMap<Cluster, readonly string[]> {
  const found = new Map<Cluster, Set<string>>();
  for (const one of early) {
    if ('said' in one) continue;
    const namespaces = found.get(one.cluster) ?? new Set();
    found.set(one.cluster, namespaces);
    for (const namespace of namespacesOf(one.alert)) namespaces.add(namespace);
  }
  return new Map([...found].map(([cluster, namespaces]) => [cluster, [...namespaces].slice(0, MAX_HINTED_NAMESPACES)]));
}

/** Further namespaces are asked for when their turn comes. */
const MAX_HINTED_NAMESPACES = 8;

export type ResolvedAlert =
  | {
      readonly alert: Alert;
      readonly said: Unresolved;
      readonly cluster: string;
      /** Whether what was read of the cluster, and not the alert itself, says so. */
      readonly looked: boolean;
    }
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
  if ('said' in early) return { ...early, looked: false };
  const { alert, cluster } = early;
  const opened = views.get(cluster);
  if (!opened || 'fault' in opened) {
    const fault = opened?.fault ?? new ClusterFault('error', 'the cluster was not asked');
    return { alert, said: unresolved.clusterFault(fault, cluster), cluster: cluster.name, looked: false };
  }
  try {
    const answer = await resolveTarget(alert, opened.view, policy.mode, budget.clock.now());
    if (answer.kind === 'unresolved') return { alert, said: answer, cluster: cluster.name, looked: true };
    return { alert, view: opened.view, targets: answer.targets };
  } catch (fault) {
    if (!(fault instanceof ClusterFault)) throw fault;
    return { alert, said: unresolved.clusterFault(fault, cluster), cluster: cluster.name, looked: false };
  }
}
