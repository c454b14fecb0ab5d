import { formatDestination, serviceOfHost } from '#shared/domain/destination.ts';
import { type Route, routesOf, weightOf } from '#shared/domain/routes.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';

/** A kind of request, and where so many of them go by Istio's rules. */
export type Audience = {
  readonly who: string;
  readonly shares: readonly { readonly to: string; readonly requests: number }[];
};

/** Where `requests` of each route's requests go: weights are relative, and a single destination gets everything. */
export function whoGetsWhat(object: VirtualService, requests: number): Audience[] {
  return routesOf(object)
    .filter(({ destinations }) => destinations.length > 0)
    .map((route) => ({
      who: route.headerRoute ? `${route.label} (with the header)` : route.label,
      shares: sharesOf(route, requests),
    }));
}

function sharesOf({ destinations }: Route, requests: number): Audience['shares'] {
  const weights = destinations.map(({ entry }) => (destinations.length === 1 ? 1 : weightOf(entry)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return destinations.map(({ key }, index) => ({
    to: shortName(formatDestination(key)),
    requests: total > 0 ? Math.round((requests * (weights[index] ?? 0)) / total) : 0,
  }));
}

/** `payment-svc/v2` for people who know their cluster. */
export function shortName(destination: string): string {
  const [host = '', subset] = destination.split('/');
  const service = serviceOfHost(host)?.name ?? host;
  return subset ? `${service} ${subset}` : service;
}
