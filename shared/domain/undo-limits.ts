import { type DestinationKey, keyOf, sameDestination } from './destination.ts';
import { type Edit, withEdits } from './json-patch.ts';
import { invalidWeights, type Route, routesOf } from './routes.ts';
import type { Destination, VirtualService } from './virtual-service.ts';

const ROUTE_FIELD = /^(\/spec\/(?:http|tls|tcp)\/\d+)\/route\/\d+\/(weight|destination)$/;
const COOKIE = /^(\/spec\/(?:http|tls|tcp)\/\d+\/route\/\d+)\/headers\/response\/(?:set|add)\/([^/]+)$/;
const MIRROR = /^\/spec\/http\/(\d+)\/(?:mirrorPercentage|mirrors\/(\d+)\/percentage)$/;
const MAX_WEIGHT = 2 ** 31 - 1;

/**
 * Whether an undo brings back no more than a rollback of this canary takes: weights of routes that hold the canary then,
 * the canary where its place was given to stable, its session cookies there, and what its mirrors got. Who may edit the
 * annotation may write any patch into it, and a restore would be sent with our rights, on the word of somebody else.
 */
export function isWithinRollback(object: VirtualService, edits: readonly Edit[], canary: DestinationKey): boolean {
  const { metadata, spec } = object;
  const after = withEdits({ metadata, spec }, edits);
  const question = { object, canary, now: byPath(object), later: byPath(after) };
  return edits.every(
    (edit) => isOfRoute(edit, question) || isSessionCookie(edit, edits) || isMirrorOf(edit, object, canary),
  );
}

type Question = {
  readonly object: VirtualService;
  readonly canary: DestinationKey;
  readonly now: ReadonlyMap<string, Route>;
  readonly later: ReadonlyMap<string, Route>;
};

function byPath(object: VirtualService): Map<string, Route> {
  return new Map(routesOf(object).map((route) => [route.path, route]));
}

function isOfRoute(edit: Edit, { object, canary, now, later }: Question): boolean {
  const [, path, field] = ROUTE_FIELD.exec(edit.path) ?? [];
  const route = path === undefined ? undefined : later.get(path);
  if (!route?.destinations.some(({ key }) => sameDestination(key, canary))) return false;
  // A gateway refuses such a table as a whole, and goes on with its old one.
  const before = now.get(route.path);
  if (invalidWeights(route) !== undefined && before && invalidWeights(before) === undefined) return false;
  return field === 'weight' ? isWeight(edit.to) : isPlaceOf(edit, object, canary);
}

/** The canary where stable stands now. One service has one set of ports, and a rollback changes them with the host only. */
function isPlaceOf({ from, to }: Edit, { metadata }: VirtualService, canary: DestinationKey): boolean {
  if (!isDestination(to) || !isDestination(from)) return false;
  if (!sameDestination(keyOf(to, metadata.namespace), canary)) return false;
  if (to.port !== undefined && !hasOnly(to.port, ['number'])) return false;
  return to.host !== from.host || JSON.stringify(to.port) === JSON.stringify(from.port);
}

function isSessionCookie({ path, to }: Edit, edits: readonly Edit[]): boolean {
  const [, place, name = ''] = COOKIE.exec(path) ?? [];
  if (place === undefined || name.toLowerCase() !== 'set-cookie' || typeof to !== 'string') return false;
  return edits.some((one) => one.path === `${place}/destination`);
}

function isMirrorOf({ path, to }: Edit, { metadata, spec }: VirtualService, canary: DestinationKey): boolean {
  const [, index, position] = MIRROR.exec(path) ?? [];
  if (index === undefined) return false;
  const route = spec.http?.[Number(index)];
  const mirror = position === undefined ? route?.mirror : route?.mirrors?.[Number(position)]?.destination;
  return mirror !== undefined && sameDestination(keyOf(mirror, metadata.namespace), canary) && isShare(to);
}

function isWeight(value: unknown): boolean {
  return value === undefined || (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_WEIGHT);
}

function isDestination(value: unknown): value is Destination {
  return hasOnly(value, ['host', 'subset', 'port']) && typeof value['host'] === 'string';
}

/** Percent, or nothing, which is all of them. */
function isShare(value: unknown): boolean {
  if (value === undefined) return true;
  if (!hasOnly(value, ['value'])) return false;
  const { value: percent } = value;
  return typeof percent === 'number' && percent >= 0 && percent <= 100;
}

function hasOnly(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.keys(value).every((key) => keys.includes(key));
}
