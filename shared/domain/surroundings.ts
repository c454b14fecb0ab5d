import type { DestinationKey } from './destination.ts';

/** What else of the cluster helps to tell canary from stable. Hosts are FQDNs. */
export type DestinationRule = {
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  readonly subsets: readonly Subset[];
};

export type Subset = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Other subsets of the host that select some of its pods, where the pods had to tell. */
  readonly sharesPodsWith?: readonly string[] | undefined;
};

/** An Argo Rollout that routes through Istio. */
export type Rollout = {
  readonly namespace: string;
  readonly name: string;
  /** `namespace/name` of each VirtualService it writes. */
  readonly virtualServices: readonly string[];
  readonly canaryHost?: string | undefined;
  readonly stableHost?: string | undefined;
  readonly subsets?: { readonly destinationRule: string; readonly canary: string; readonly stable: string } | undefined;
};

/** The pods behind a service, by name, with their readiness. */
export type Endpoints = {
  readonly namespace: string;
  readonly service: string;
  readonly endpoints: readonly { readonly pod?: string | undefined; readonly ready: boolean }[];
};

/** The labels that a subset selects, or undefined where no DestinationRule that we could read defines it. */
export function subsetLabels(
  rules: readonly DestinationRule[],
  key: DestinationKey,
): Readonly<Record<string, string>> | undefined {
  return subsetOf(rules, key)?.labels;
}

function subsetOf(rules: readonly DestinationRule[], key: DestinationKey): Subset | undefined {
  if (!key.subset) return undefined;
  const subsets = rules.filter((rule) => rule.host === key.host).flatMap((rule) => rule.subsets);
  return subsets.find((subset) => subset.name === key.subset);
}

/**
 * True where a destination of the canary's own host also reaches the canary's pods: it has no subset, or its subset's
 * labels select them. A destination of another host never counts; an unknown subset is taken for another one.
 */
export function reachesCanary(
  rules: readonly DestinationRule[],
  other: DestinationKey,
  canary: DestinationKey,
): boolean {
  if (other.host !== canary.host || (other.subset ?? '') === (canary.subset ?? '')) return false;
  if (!other.subset || !canary.subset) return true;
  const mine = subsetOf(rules, canary);
  const theirs = subsetOf(rules, other);
  if (!mine || !theirs) return false;
  return (
    Object.entries(theirs.labels).every(([key, value]) => mine.labels[key] === value) ||
    (theirs.sharesPodsWith ?? []).includes(mine.name)
  );
}

/** True where the labels of two subsets leave open whether a pod has both: they do not contradict each other. */
export function mayOverlap(rules: readonly DestinationRule[], other: DestinationKey, canary: DestinationKey): boolean {
  if (other.host !== canary.host || reachesCanary(rules, other, canary)) return false;
  const mine = subsetLabels(rules, canary);
  const theirs = subsetLabels(rules, other);
  if (!mine || !theirs) return false;
  return Object.entries(theirs).every(([key, value]) => !Object.hasOwn(mine, key) || mine[key] === value);
}
