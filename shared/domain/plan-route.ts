import { type DestinationKey, sameDestination } from './destination.ts';
import { type Edit, escapePointer } from './json-patch.ts';
import type { PlanQuestion } from './plan.ts';
import { type Route, routesOf, weightOf } from './routes.ts';
import type { Destination, RouteDestination, VirtualService } from './virtual-service.ts';

export type RoutePlan =
  | { readonly kind: 'edits'; readonly edits: readonly Edit[] }
  | { readonly kind: 'sole-destination' };

/** A weight is an int32: the API server lets a larger one in, and istiod then cannot read the object. */
const MAX_WEIGHT = 2 ** 31 - 1;

type Entry = { readonly index: number; readonly key: DestinationKey; readonly entry: RouteDestination };

/** What a route needs so that users no longer reach the canary through it. */
export function planRoute(route: Route, question: PlanQuestion): RoutePlan {
  const { canary, stable } = question;
  const entries = route.destinations.map((one, index) => ({ index, ...one }));
  const canaries = entries.filter(({ key }) => sameDestination(key, canary));
  if (canaries.length === 0) return edits([]);
  const firstStable = stable && entries.find(({ key }) => sameDestination(key, stable));
  if (firstStable) return edits(shiftToStable(route, entries, canaries, firstStable));
  const total = totalAfter(entries, canaries);
  if (route.headerRoute && question.darkLaunch === 'keep' && (entries.length === 1 || total > 0 || !stable)) {
    return edits(keptForTesters(route, canaries));
  }
  if (entries.length > 1 && total > 0 && canaries.every(({ entry }) => weightOf(entry) === 0)) return edits([]);
  if (!stable) return { kind: 'sole-destination' };
  return edits(repoint(route, question, stable, { entries, canaries, total }));
}

/** Testers keep their weights; a negative one would make the gateway refuse the whole table, and go on with the old one. */
function keptForTesters(route: Route, canaries: readonly Entry[]): Edit[] {
  return canaries.filter(({ entry }) => weightOf(entry) < 0).flatMap((one) => weightEdit(route, one, 0));
}

/** Canary listings to 0, what they had to the first stable: the sum stays, others are untouched. Stable may be listed again. */
function shiftToStable(route: Route, entries: readonly Entry[], canaries: readonly Entry[], stable: Entry): Edit[] {
  const freed = sum(canaries.map(({ entry }) => positive(entry)));
  const again = entries.filter((one) => one !== stable && sameDestination(one.key, stable.key));
  const others = entries.filter((one) => one !== stable && !canaries.includes(one) && !again.includes(one));
  const raised = Math.min(positive(stable.entry) + freed, MAX_WEIGHT);
  const beside = [...again.map(({ entry }) => positive(entry)), ...others.map(({ entry }) => weightOf(entry))];
  // A total of 0 over several destinations makes Envoy refuse the whole route table, canary included: stable takes 100.
  const target = raised + sum(beside) <= 0 ? 100 : raised;
  return [
    ...canaries.flatMap((one) => weightEdit(route, one, 0)),
    ...weightEdit(route, stable, target),
    ...again.flatMap((one) => weightEdit(route, one, positive(one.entry))),
  ];
}

type Shares = { readonly entries: readonly Entry[]; readonly canaries: readonly Entry[]; readonly total: number };

/** No stable here to take the weight: the canary's entries become stable's, each with the weight it had. */
function repoint(
  route: Route,
  question: PlanQuestion,
  stable: DestinationKey,
  { entries, canaries, total }: Shares,
): Edit[] {
  return canaries.flatMap((one, position) => {
    const path = `${route.path}/route/${one.index}`;
    const from = one.entry.destination;
    const to = stableDestination(question, stable, from);
    const dead = entries.length > 1 && total <= 0;
    const weight = dead && position === 0 ? 100 : positive(one.entry);
    return [
      { path: `${path}/destination`, from, to },
      ...weightEdit(route, one, weight),
      ...cookieEdits(path, one.entry),
    ];
  });
}

/** Setting an absent weight to 0 would change the object and not the traffic. */
function weightEdit(route: Route, { index, entry }: Entry, to: number): Edit[] {
  if (weightOf(entry) === to) return [];
  return [{ path: `${route.path}/route/${index}/weight`, from: entry.weight, to }];
}

/** A destination that sets a session cookie would pin the users it now gets to the canary. */
function cookieEdits(path: string, { headers }: RouteDestination): Edit[] {
  return (['set', 'add'] as const).flatMap((operation) =>
    Object.entries(headers?.response?.[operation] ?? {})
      .filter(([name]) => name.toLowerCase() === 'set-cookie')
      .map(([name, from]) => ({
        path: `${path}/headers/response/${operation}/${escapePointer(name)}`,
        from,
        to: undefined,
      })),
  );
}

/** Stable as a destination: written as the object writes it elsewhere, with the route's port unless stable's differs. */
function stableDestination({ object, canary }: PlanQuestion, stable: DestinationKey, from: Destination): Destination {
  const listed = listingsOf(object, stable);
  const host = stable.host === canary.host ? from.host : (listed[0]?.host ?? stable.host);
  const subset = stable.subset ? { subset: stable.subset } : {};
  const port = portOf(listed, stable.host === canary.host, from);
  return { host, ...subset, ...(port ? { port } : {}) };
}

/** One service has one set of ports; another host may have others, and then its own listings say which. */
function portOf(listed: readonly Destination[], sameHost: boolean, from: Destination): Destination['port'] {
  if (sameHost || listed.length === 0) return from.port;
  const same = listed.some(({ port }) => port?.number === from.port?.number);
  return same ? from.port : listed[0]?.port;
}

function listingsOf(object: VirtualService, wanted: DestinationKey): Destination[] {
  return routesOf(object)
    .flatMap((route) => route.destinations.filter(({ key }) => sameDestination(key, wanted)))
    .map(({ entry }) => entry.destination);
}

function totalAfter(entries: readonly Entry[], canaries: readonly Entry[]): number {
  const others = entries.filter((one) => !canaries.includes(one));
  return sum([...canaries.map(({ entry }) => positive(entry)), ...others.map(({ entry }) => weightOf(entry))]);
}

/** A negative weight of canary or stable counts as 0. */
function positive(entry: RouteDestination): number {
  return Math.max(0, weightOf(entry));
}

function sum(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}

function edits(list: readonly Edit[]): RoutePlan {
  return { kind: 'edits', edits: list };
}
