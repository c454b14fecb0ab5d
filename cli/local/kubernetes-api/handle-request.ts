import { authenticate, authorize, type Users } from './access.ts';
import { expired, notFound, notServed, type Reply, tooManyRequests } from './api-error.ts';
import { handleWrite, type WriteRequest } from './handle-write.ts';
import { parseSelector } from './label-selector.ts';
import { continueToken, parsePage, placeOf } from './list-page.ts';
import type { ObjectStore } from './object-store.ts';
import type { ObjectWriter } from './object-writer.ts';
import { type Target, targetOf } from './request-target.ts';
import { apiVersionOf, RESOURCES, type Resource } from './resources.ts';

export type ApiParts = {
  readonly store: ObjectStore;
  readonly writer: ObjectWriter;
  readonly users: Users | undefined;
  /** Types that this cluster does not serve, by their plural names. */
  readonly without: readonly string[];
};

export type ApiRequest = WriteRequest & {
  readonly url: URL;
  readonly authorization: string | undefined;
  readonly userAgent: string | undefined;
};

const VERSION = { major: '1', minor: '34', gitVersion: 'v1.34.0+weightless-embedded' };

/** Answers one request: who asks, may they, what is it about, do it. @throws ApiError for what is not a success */
export async function handleRequest(api: ApiParts, request: ApiRequest): Promise<Reply> {
  const { url } = request;
  const user = authenticate(api.users, request.authorization);
  if (url.pathname === '/version') return { code: 200, body: VERSION };
  const target = targetOf(request.method, url);
  if (!target) throw notServed();
  if (user.throttled) throw tooManyRequests();
  authorize(user, target);
  const resource = resourceOf(target, api.without);
  if (target.verb === 'list') return list(api.store, resource, target, url);
  const { namespace } = target;
  if (namespace === undefined) throw notServed();
  if (target.verb === 'get') return get(api.store, resource, { namespace, name: target.name ?? '' });
  const manager = url.searchParams.get('fieldManager') ?? managerOf(request.userAgent);
  const dryRun = url.searchParams.get('dryRun') === 'All';
  return handleWrite(api.writer, { resource, namespace, user: user.name, manager, dryRun }, target, request);
}

function resourceOf({ group, version, plural, subresource }: Target, without: readonly string[]): Resource {
  const resource = RESOURCES.find((one) => one.group === group && one.version === version && one.plural === plural);
  if (!resource || subresource !== undefined || without.includes(plural)) throw notServed();
  return resource;
}

function list(store: ObjectStore, resource: Resource, { namespace }: Target, url: URL): Reply {
  const selects = parseSelector(url.searchParams.get('labelSelector') ?? '');
  const { version, from, limit } = parsePage(url.searchParams);
  if (version === undefined && limit !== undefined) store.remember();
  const all = version === undefined ? store.list(resource, namespace) : store.listAt(version, resource, namespace);
  if (!all) throw expired();
  const selected = all.filter((object) => selects(object.metadata.labels ?? {}) && placeOf(object) > from);
  const items = selected.slice(0, limit);
  const resourceVersion = version ?? store.version();
  const last = items.length < selected.length ? items.at(-1) : undefined;
  const metadata = { continue: last ? continueToken(resourceVersion, placeOf(last)) : '', resourceVersion };
  return { code: 200, body: { apiVersion: apiVersionOf(resource), kind: `${resource.kind}List`, metadata, items } };
}

function get(store: ObjectStore, resource: Resource, { namespace, name }: { namespace: string; name: string }): Reply {
  const found = store.get(resource, namespace, name);
  if (!found) throw notFound(resource, name);
  return { code: 200, body: found };
}

/** Who names no field manager is known by the program that sent the request. */
function managerOf(userAgent: string | undefined): string {
  return userAgent?.split('/')[0] || 'unknown';
}
