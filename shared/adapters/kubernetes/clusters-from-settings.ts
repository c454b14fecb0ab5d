import type { ClusterSettings } from '#shared/contracts/settings.ts';
import { kubernetesCluster } from './kubernetes-cluster.ts';
import { tokenCredentials } from './token-credentials.ts';

/** The configured clusters, each with its own kept connection. */
export function clustersFromSettings(
  settings: readonly ClusterSettings[],
  environment: Readonly<Record<string, string | undefined>>,
) {
  return settings.map(({ name, endpoint, ca, token, namespaces, optionalReads, context }) =>
    kubernetesCluster({
      name,
      namespaces,
      optionalReads,
      context,
      endpoint: { url: endpoint, ca, credentials: tokenCredentials(token, environment) },
    }),
  );
}
