import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Users } from './access.ts';
import type { Admission } from './admission.ts';
import { type ApiObjects, apiObjects } from './api-objects.ts';
import { objectStore } from './object-store.ts';
import { objectWriter } from './object-writer.ts';
import { serve } from './serve.ts';

export type KubernetesApiOptions = {
  /** A free one where absent. */
  readonly port?: number;
  /** By bearer token; without it everybody may do everything. */
  readonly users?: Users;
  readonly admission?: Admission;
  /** Types that this cluster does not serve, by plural name: `virtualservices` where Istio is not installed. */
  readonly without?: readonly string[];
  readonly now?: () => number;
};

export type KubernetesApi = {
  readonly url: string;
  readonly objects: ApiObjects;
  close(): Promise<void>;
};

/**
 * A Kubernetes API on loopback, in this process: what Weightless needs of one and no more. It is held to the suites
 * that the real one passes (test/port-suites). It has no watches, no server-side apply and no subresources,
 * takes every namespace for existing, and keeps fields that the type does not know, which the real one drops.
 */
export async function startKubernetesApi(options: KubernetesApiOptions = {}): Promise<KubernetesApi> {
  const { port = 0, users, admission = {}, without = [], now = Date.now } = options;
  const store = objectStore();
  const writer = objectWriter(store, admission, now);
  const server = createServer((request, response) => {
    void serve({ store, writer, users, without }, request, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The embedded Kubernetes API got no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    objects: apiObjects(store, writer),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
