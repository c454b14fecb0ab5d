import { type DestinationKey, serviceOfHost } from '#shared/domain/destination.ts';
import { type DestinationRule, subsetLabels } from '#shared/domain/surroundings.ts';
import type { ClusterView } from './cluster-view.ts';

export type StableReadiness = 'ready' | 'not-ready' | 'unknown' | 'not-asked';

/**
 * Whether the side that is to take all traffic has an endpoint that is ready. Only positive evidence says no: endpoints
 * in this cluster, none of them ready. Missing rights, time-outs and services without local pods are `unknown`. Pods
 * are asked for only where some endpoint of the service is not ready: else nothing could speak against a subset.
 */
export async function stableReadiness(
  stable: DestinationKey,
  rules: readonly DestinationRule[],
  view: ClusterView,
): Promise<StableReadiness> {
  const service = serviceOfHost(stable.host);
  if (!service || !view.cluster.surroundings) return 'unknown';
  const labels = subsetLabels(rules, stable);
  if (stable.subset && !labels) return 'unknown';
  const slices = await view.endpoints(service.namespace, service.name);
  if (!slices) return 'unknown';
  const all = slices.flatMap((slice) => slice.endpoints);
  if (!labels) return judge(all);
  if (all.length > 0 && all.every(({ ready }) => ready)) return 'not-asked';
  const pods = await view.pods(service.namespace, labels);
  return pods ? judge(all.filter(({ pod }) => pod !== undefined && pods.includes(pod))) : 'unknown';
}

function judge(endpoints: readonly { readonly ready: boolean }[]): StableReadiness {
  if (endpoints.length === 0) return 'unknown';
  return endpoints.some(({ ready }) => ready) ? 'ready' : 'not-ready';
}
