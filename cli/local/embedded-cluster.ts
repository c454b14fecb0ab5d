import { kubernetesCluster } from '#shared/adapters/kubernetes/kubernetes-cluster.ts';
import type { ClusterSource } from '../cluster-source.ts';
import { demoObjects } from '../demo/incident.ts';
import { startKubernetesApi } from './kubernetes-api/start-kubernetes-api.ts';

/** A Kubernetes API in this process, with the demo's services in it; reached as a real one is, by HTTP. */
export async function embeddedCluster(): Promise<ClusterSource> {
  const api = await startKubernetesApi();
  for (const object of demoObjects()) api.objects.seed(object);
  const credentials = { headers: async () => ({}), reload: () => undefined };
  const cluster = kubernetesCluster({ name: 'embedded', endpoint: { url: api.url, credentials } });
  return {
    cluster,
    url: api.url,
    kind: `embedded, at ${api.url}`,
    async stop() {
      cluster.client.close();
      await api.close();
    },
  };
}
