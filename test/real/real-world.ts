import { collectionOf } from '#test/port-suites/cluster-stage.ts';
import type { SeenObject, World } from '#test/scenarios/world.ts';
import { callKube } from './engines/call-kube.ts';
import { type KubeRef, kube } from './engines/kube-objects.ts';
import type { ByUser } from './engines/kube-users.ts';
import type { RunningWeightless } from './engines/weightless.ts';

type Server = { readonly url: string; readonly ca: string; readonly tokens: ByUser };

/** The kinds that the product lists, some of them from the API server's cache. */
const LISTED = new Set(['VirtualService', 'DestinationRule', 'Rollout', 'EndpointSlice', 'Pod']);

/** A real API server, with a running `npm start` in front of it. */
export function realWorld(server: Server, weightless: () => RunningWeightless): World {
  const admin = kube(server);

  async function createServiceAccount(namespace: string): Promise<void> {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
    await admin.get(account).catch(() => admin.create(account));
  }

  /** The cache lags a write by milliseconds; a list that is to be no older than the write waits for it. */
  async function cached<T extends SeenObject & KubeRef>(object: T): Promise<T> {
    if (LISTED.has(object.kind)) {
      const path = `${collectionOf(object)}?resourceVersion=${object.metadata.resourceVersion}`;
      await callKube({ ...server, token: server.tokens.admin }, { method: 'GET', path });
    }
    return object;
  }

  return {
    newNamespace: admin.newNamespace,
    async create(object) {
      // A controller would make it, and there is none: without it the API server takes no pod.
      if (object.kind === 'Pod') await createServiceAccount(object.metadata.namespace);
      return cached(await admin.create(object));
    },
    get: admin.get,
    merge: async (object, patch) => cached(await admin.patch(object, patch, 'merge')),
    async post(webhook) {
      const { url, alertsToken } = weightless();
      const response = await fetch(`${url}/v1/alerts`, {
        method: 'POST',
        headers: { authorization: `Bearer ${alertsToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(webhook),
      });
      return { status: response.status, body: await response.json() };
    },
  };
}
