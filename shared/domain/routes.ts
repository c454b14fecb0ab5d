import { type DestinationKey, distinctDestinations, keyOf } from './destination.ts';
import { isHeaderRoute } from './header-route.ts';
import type { HttpRoute, RouteDestination, VirtualService } from './virtual-service.ts';

/** One route of any protocol, seen the same way. */
export type Route = {
  readonly protocol: 'http' | 'tls' | 'tcp';
  readonly index: number;
  /** JSON pointer of the route in the object: `/spec/http/0`. */
  readonly path: string;
  /** How people name it: the route's own name, or `http[0]`. */
  readonly label: string;
  readonly destinations: readonly { readonly key: DestinationKey; readonly entry: RouteDestination }[];
  readonly headerRoute: boolean;
};

/** Every route with destinations, in the object's order; redirects, direct responses and delegates have none. */
export function routesOf({ metadata, spec }: VirtualService): Route[] {
  const route = (
    protocol: Route['protocol'],
    index: number,
    entries: readonly RouteDestination[] = [],
    http?: HttpRoute,
  ): Route => ({
    protocol,
    index,
    path: `/spec/${protocol}/${index}`,
    label: http?.name || `${protocol}[${index}]`,
    destinations: entries.map((entry) => ({ key: keyOf(entry.destination, metadata.namespace), entry })),
    headerRoute: http !== undefined && isHeaderRoute(http),
  });
  return [
    ...(spec.http ?? []).map((http, index) => route('http', index, http.route, http)),
    ...(spec.tls ?? []).map((tls, index) => route('tls', index, tls.route)),
    ...(spec.tcp ?? []).map((tcp, index) => route('tcp', index, tcp.route)),
  ];
}

/** The distinct destinations that routes (not mirrors) of the object send to. */
export function routedDestinations(virtualService: VirtualService): DestinationKey[] {
  return distinctDestinations(routesOf(virtualService).flatMap((route) => route.destinations.map(({ key }) => key)));
}

/** A weight as Istio reads it among several destinations: an absent one is 0. */
export function weightOf(entry: RouteDestination): number {
  return entry.weight ?? 0;
}

/** The destinations that get any of a route's requests: a single one gets all of them, whatever its weight. */
export function openDestinations({ destinations }: Route): Route['destinations'] {
  return destinations.filter(({ entry }) => destinations.length === 1 || weightOf(entry) > 0);
}

/** What a route's weights add up to. */
export function totalWeight(route: Route): number {
  return route.destinations.reduce((sum, { entry }) => sum + weightOf(entry), 0);
}

/**
 * What makes Envoy refuse the whole route table of a gateway port: a negative weight, or several destinations that add
 * up to nothing (istio: pkg/config/validation; the CRD lets both in). undefined where the route is valid.
 */
export function invalidWeights(route: Route): string | undefined {
  if (route.destinations.some(({ entry }) => weightOf(entry) < 0)) return 'a weight is negative';
  if (route.destinations.length > 1 && totalWeight(route) === 0) return 'the weights add up to 0';
  return undefined;
}
