import { continueOf, parseItems } from '#shared/contracts/kubernetes-object.ts';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import {
  ClusterFault,
  type ListPage,
  type ObjectRef,
  type PatchAnswer,
  type VirtualServices,
} from '#shared/ports/cluster.ts';
import type { Page } from '#shared/ports/page.ts';
import { type Answer, type Caller, FROM_CACHE, forbiddenFault, forbiddenParts, statusOf } from './call.ts';
import { listScope, listScopes, type Scope, within } from './list-scopes.ts';

const GROUP = '/apis/networking.istio.io/v1';
export const FIELD_MANAGER = 'weightless';
/** Nobody waits for a page as one waits for a rollback. */
const PAGE_TIMEOUT_MS = 5000;

/** VirtualServices of one cluster, cluster-wide or of the configured namespaces. */
export function kubernetesVirtualServices(call: Caller, namespaces: readonly string[] | undefined): VirtualServices {
  return {
    async list(which, signal) {
      const selected = which === 'all' ? '' : `labelSelector=${encodeURIComponent(MARK.mode)}`;
      const query = `?${[selected, which === 'managed' ? '' : FROM_CACHE].filter(Boolean).join('&')}`;
      const timeoutMs = which === 'all' ? 1000 : 2000;
      return listScopes(namespaces, async (scope) =>
        itemsOf(await call({ method: 'GET', path: `${collectionOf(scope)}${query}`, signal, timeoutMs })),
      );
    },
    listPage: (page, signal) => listPage(call, namespaces ?? [undefined], page, signal),
    async get(ref, signal) {
      const found = await call({ method: 'GET', path: pathOf(ref), signal });
      if (found.status === 200) return parsed(found.json);
      if (found.status === 404 && found.json !== undefined) return undefined;
      throw unusable(found);
    },
    async patch(ref, operations, signal, { dryRun = false } = {}) {
      const path = `${pathOf(ref)}?fieldManager=${FIELD_MANAGER}${dryRun ? '&dryRun=All' : ''}`;
      const contentType = 'application/json-patch+json';
      const found = await call({ method: 'PATCH', path, body: JSON.stringify(operations), contentType, signal });
      return patchAnswer(found);
    },
  };
}

/** One scope after the other; each page is a part of one of them. */
async function listPage(
  call: Caller,
  scopes: readonly Scope[],
  { limit, from }: Page,
  signal: AbortSignal,
): Promise<ListPage> {
  const { index, token } = placeOf(from);
  const query = new URLSearchParams({ labelSelector: MARK.mode, limit: String(limit) });
  if (token) query.set('continue', token);
  const scope = scopes[index];
  const path = `${collectionOf(scope)}?${query}`;
  const found = await call({ method: 'GET', path, signal, timeoutMs: PAGE_TIMEOUT_MS });
  if (found.status === 410) return { kind: 'expired' };
  const listed = await listScope(scope, async () => itemsOf(found));
  const more = continueOf(found.json);
  const next = more === undefined ? index + 1 : index;
  return { kind: 'page', ...listed, ...(next < scopes.length ? { next: `${next} ${more ?? ''}` } : {}) };
}

/** Where a page begins: in which of the scopes, and after which of the API server's own tokens. */
function placeOf(from = '0 '): { readonly index: number; readonly token: string } {
  const space = from.indexOf(' ');
  return { index: Number(from.slice(0, space)), token: from.slice(space + 1) };
}

function collectionOf(scope: Scope): string {
  return `${GROUP}${within(scope)}/virtualservices`;
}

function pathOf({ namespace, name }: ObjectRef): string {
  return `${collectionOf(namespace)}/${encodeURIComponent(name)}`;
}

function itemsOf(found: Answer): VirtualService[] {
  if (found.status !== 200) throw unusable(found);
  return itemsIn(found)
    .map(readable)
    .filter((one) => one !== undefined);
}

function itemsIn({ json, text }: Answer): unknown[] {
  try {
    return parseItems(json);
  } catch (cause) {
    throw new ClusterFault('error', `The API server answered something that is no list: ${text.slice(0, 300)}`, {
      cause,
    });
  }
}

/** The CRD's schema keeps out what we could not read; should one object get past it, the others must not wait for it. */
function readable(json: unknown): VirtualService | undefined {
  try {
    return parseVirtualService(json);
  } catch {
    return undefined;
  }
}

function parsed(json: unknown): VirtualService {
  const object = readable(json);
  if (!object)
    throw new ClusterFault('error', 'The API server answered a VirtualService that Istio’s CRD would not let in');
  return object;
}

/** A 404 in text, not a Status, is the API server's word for a resource type that it does not serve. */
function unusable(found: Answer): ClusterFault {
  if (found.status === 403) return forbiddenFault(found);
  if (found.status === 404) {
    return new ClusterFault(
      'not-served',
      'The cluster does not serve networking.istio.io/v1 VirtualServices: install Istio 1.22 or newer',
    );
  }
  return new ClusterFault('error', `The API server answered ${found.status}: ${statusOf(found).message}`);
}

function patchAnswer(found: Answer): PatchAnswer {
  const { message, details } = statusOf(found);
  if (found.status !== 200 && isWebhookDenial(message)) return { kind: 'denied-by-admission', message };
  switch (found.status) {
    case 200:
      return { kind: 'patched', object: parsed(found.json) };
    case 409:
      return { kind: 'conflict' };
    case 404:
      if (found.json === undefined) throw unusable(found);
      return { kind: 'gone' };
    case 403:
      return isPolicyDenial(message)
        ? { kind: 'denied-by-admission', message }
        : { kind: 'forbidden', message, ...forbiddenParts(message) };
    case 422:
      // A failed path and nothing else comes without name and causes.
      return details?.name === undefined && details?.causes === undefined && isPatchError(message)
        ? { kind: 'bad-path', message }
        : { kind: 'rejected', message };
    default:
      return { kind: 'rejected', message: `${found.status}: ${message}` };
  }
}

function isPatchError(message: string): boolean {
  return message === 'the server rejected our request due to an error in our request';
}

/** A webhook denies with a status of its choice, 400 where it names none, as Istio's own does: the words tell it. */
function isWebhookDenial(message: string): boolean {
  return message.startsWith('admission webhook ') && message.includes(' denied the request');
}

/** A ValidatingAdmissionPolicy whose `reason` is Forbidden. */
function isPolicyDenial(message: string): boolean {
  return message.includes(' denied request: ');
}
