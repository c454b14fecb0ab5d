import type { Credentials } from '#shared/adapters/kubernetes/api-client.ts';
import { type KubernetesClusterConfig, kubernetesCluster } from '#shared/adapters/kubernetes/kubernetes-cluster.ts';
import type { ClusterStage } from './cluster-stage.ts';

export type TestCredentials = Credentials & { readonly reloads: () => number };

/** Bearer tokens in turn: the first one until the API server does not take it, then the next; the last one stays. */
export function tokensInTurn(first: string, ...then: readonly string[]): TestCredentials {
  const tokens = [first, ...then];
  let reloads = 0;
  return {
    headers: async () => ({ authorization: `Bearer ${tokens[Math.min(reloads, tokens.length - 1)]}` }),
    reload() {
      reloads += 1;
    },
    reloads: () => reloads,
  };
}

export type OpenedCluster = ReturnType<typeof kubernetesCluster>;

/** The product's cluster on a stage: everything of it, as the admin, unless something else is said. */
export function openCluster(
  stage: ClusterStage,
  options: Partial<Pick<KubernetesClusterConfig, 'namespaces'>> & { readonly credentials?: Credentials } = {},
): OpenedCluster {
  const { credentials = tokensInTurn(stage.adminToken), namespaces } = options;
  const { url, ca } = stage;
  return kubernetesCluster({ name: 'test', endpoint: { url, ca, credentials }, namespaces });
}
