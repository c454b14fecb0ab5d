import type { Webhook } from '#shared/contracts/webhook.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import { chooseCluster, hintsOf } from '#shared/steps/look-up-targets.ts';
import type { PolicySettings } from '#shared/steps/policy-of.ts';
import { prefetchCluster } from '#shared/steps/prefetch-cluster.ts';

export type LookAhead = {
  /** These clusters, with what is under way already in them. */
  over(clusters: readonly Cluster[]): readonly Cluster[];
  /** Nobody will ask for what was begun. */
  stop(): void;
};

export type LookAheadDeps = {
  readonly clusters: readonly Cluster[];
  readonly rules: PolicySettings['alerts'];
  readonly signal: AbortSignal;
};

/**
 * Begins the first reads of a delivery by the settings at hand, while those that are stored now are on their way. Only
 * reads: what may be done, and for whom, is decided by what comes.
 */
export function lookAhead({ alerts }: Webhook, { clusters, rules, signal }: LookAheadDeps): LookAhead {
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  const choice = { clusters, policy: { rules, clusterLabel: rules.clusterLabel } };
  const hints = hintsOf(alerts.map((alert) => chooseCluster(alert, choice)));
  const begun = new Map(
    [...hints].map(([cluster, namespaces]) => [cluster, prefetchCluster(cluster, namespaces, until)]),
  );
  return { over: (now) => now.map((cluster) => begun.get(cluster) ?? cluster), stop: () => stop.abort() };
}
