import type { World } from '#test/scenarios/world.ts';
import type { KubeObjects } from './engines/kube-objects.ts';
import type { RunningWeightless } from './engines/weightless.ts';

/** A real API server, with a running `npm start` in front of it. */
export function realWorld(admin: KubeObjects, weightless: () => RunningWeightless): World {
  async function createServiceAccount(namespace: string): Promise<void> {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
    await admin.get(account).catch(() => admin.create(account));
  }

  return {
    newNamespace: admin.newNamespace,
    async create(object) {
      // A controller would make it, and there is none: without it the API server takes no pod.
      if (object.kind === 'Pod') await createServiceAccount(object.metadata.namespace);
      return admin.create(object);
    },
    get: admin.get,
    merge: (object, patch) => admin.patch(object, patch, 'merge'),
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
