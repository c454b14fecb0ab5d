import { type Alert, firingOf } from '#shared/domain/alert.ts';
import type { AlertRules } from '#shared/domain/choose-alert.ts';
import { formatDestination } from '#shared/domain/destination.ts';
import type { OnRevert } from '#shared/domain/marks.ts';
import type { Mode } from '#shared/domain/mode.ts';
import type { Claim, Target, Unresolved } from '#shared/domain/target.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { Budget } from './budget.ts';
import type { ClusterView } from './cluster-view.ts';
import { inParallel } from './in-parallel.ts';
import { chooseCluster, type Early, lookUp, needsSecondLook, type ResolvedAlert } from './look-up-targets.ts';
import { type TargetResult, zeroTarget } from './zero-target.ts';

/** What the settings say about alerts. */
export type RollbackPolicy = {
  readonly rules: AlertRules;
  readonly mode: Mode;
  /** The label that says which cluster an alert is about. */
  readonly clusterLabel: string;
  readonly slaMs: number;
  readonly holdMs: number;
  readonly onRevert?: OnRevert | undefined;
};

export type RollbackDeps = {
  readonly clusters: readonly Cluster[];
  readonly policy: RollbackPolicy;
  readonly budget: Budget;
  readonly receivedAt: number;
  readonly onConflict: () => void;
  /** The cluster keeps nothing of what is sent: then the words say what would be. */
  readonly dryRun?: boolean | undefined;
};

/** What became of one alert, before it is recorded. */
export type AlertOutcome =
  | { readonly kind: 'unresolved'; readonly alert: Alert; readonly said: Unresolved; readonly cluster: string }
  | {
      readonly kind: 'targets';
      readonly alert: Alert;
      readonly results: readonly { readonly result: TargetResult; readonly view: ClusterView }[];
    };

/** Different targets of a cluster are zeroed at the same time, this many at once: each is a patch or two. */
const MAX_TARGETS_AT_ONCE = 16;

/**
 * Takes the canaries that some alerts are about to zero; one outcome an alert, in their order. Never throws for a
 * cluster, and none waits for another: one that does not answer has used up the delivery's time before it says so.
 */
export async function rollBackAlerts(alerts: readonly Alert[], deps: RollbackDeps): Promise<AlertOutcome[]> {
  const early = alerts.map((alert) => chooseCluster(alert, deps));
  const groups = [...Map.groupBy(early, (one) => ('said' in one ? undefined : one.cluster)).values()];
  const outcomes = new Map<Early, AlertOutcome>();
  await inParallel(groups, groups.length, async (group) => {
    for (const [one, outcome] of await rollBackInCluster(group, deps)) outcomes.set(one, outcome);
  });
  return early.map((one) => outcomes.get(one)).filter((outcome) => outcome !== undefined);
}

async function rollBackInCluster(early: readonly Early[], deps: RollbackDeps): Promise<[Early, AlertOutcome][]> {
  const first = await lookUp(early, 'managed-cached', deps);
  const open = first.map((one) => needsSecondLook(one, deps));
  const again = early.filter((_, index) => open[index]);
  const second = await lookUp(again, 'managed', deps);
  const resolved = first.map((one, index) => (open[index] ? (second.shift() ?? one) : one));
  const groups = groupByTarget(resolved);
  const results = new Map<string, TargetResult>();
  await inParallel([...groups.values()], MAX_TARGETS_AT_ONCE, async (group) => {
    const result = await zeroTarget({ ...group, claims: [...group.claims.values()], ...deps, ...deps.policy });
    results.set(keyOf(group.target), result);
  });
  return resolved.flatMap((one, index) => {
    const asked = early[index];
    return asked ? [[asked, outcomeOf(one, results)]] : [];
  });
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
  if ('said' in one) return { kind: 'unresolved', alert: one.alert, said: one.said, cluster: one.cluster };
  const found = one.targets.map(({ target }) => results.get(keyOf(target))).filter((result) => result !== undefined);
  return { kind: 'targets', alert: one.alert, results: found.map((result) => ({ result, view: one.view })) };
}

function keyOf({ cluster, canary }: Target): string {
  return `${cluster}/${formatDestination(canary)}`;
}
