import { type DestinationKey, sameDestination, serviceOfHost } from '#shared/domain/destination.ts';
import { type DestinationRule, mayOverlap, subsetLabels } from '#shared/domain/surroundings.ts';
import type { ClusterView } from './cluster-view.ts';

/**
 * The rules, with what only the pods tell: which other subsets of the canary's host select pods of the canary. Asked
 * only where the labels of two subsets leave it open, which versions of one label never do.
 */
export async function seeOverlaps(
  rules: readonly DestinationRule[],
  canary: DestinationKey,
  destinations: readonly DestinationKey[],
  view: ClusterView,
): Promise<readonly DestinationRule[]> {
  const service = serviceOfHost(canary.host);
  const open = destinations.filter((key) => !sameDestination(key, canary) && mayOverlap(rules, key, canary));
  if (!service || open.length === 0) return rules;
  const seen = await Promise.all(
    open.map(async (key) => {
      const both = { ...subsetLabels(rules, canary), ...subsetLabels(rules, key) };
      const pods = await view.pods(service.namespace, both);
      return pods && pods.length > 0 ? [key.subset] : [];
    }),
  );
  const overlapping = seen.flat();
  return rules.map((rule) => ({
    ...rule,
    subsets: rule.subsets.map((subset) =>
      rule.host === canary.host && overlapping.includes(subset.name)
        ? { ...subset, sharesPodsWith: [...(subset.sharesPodsWith ?? []), canary.subset ?? ''] }
        : subset,
    ),
  }));
}
