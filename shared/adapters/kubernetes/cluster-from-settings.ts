import type { ClusterSettings, EksSettings, PrometheusSettings } from '#shared/contracts/settings.ts';
import type { Secrets } from '#shared/ports/secrets.ts';
import type { Traffic } from '#shared/ports/traffic.ts';
import type { Credentials } from './api-client.ts';
import { kubernetesCluster } from './kubernetes-cluster.ts';
import { tokenCredentials } from './token-credentials.ts';

/** From where a cluster's credentials come. */
export type ClusterAccess = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly secrets?: Secrets | undefined;
  readonly eks?: ((settings: EksSettings) => Credentials) | undefined;
  readonly traffic?: ((settings: PrometheusSettings) => Traffic) | undefined;
};

/** A configured cluster, with its own kept connection. Throws where there is no way to make its credentials. */
export function clusterFromSettings(
  { name, endpoint, ca, namespaces, optionalReads, context, prometheus, ...proof }: ClusterSettings,
  access: ClusterAccess,
) {
  return kubernetesCluster({
    name,
    namespaces,
    optionalReads,
    context,
    traffic: prometheus && access.traffic?.(prometheus),
    endpoint: { url: endpoint, ca, credentials: credentialsOf(name, proof, access) },
  });
}

function credentialsOf(
  name: string,
  { token, eks }: Pick<ClusterSettings, 'token' | 'eks'>,
  { environment, secrets, eks: eksCredentials }: ClusterAccess,
): Credentials {
  if (token) return tokenCredentials(token, environment, secrets);
  if (eks && eksCredentials) return eksCredentials(eks);
  throw new Error(`Cluster ${name}: there is no way here to make its credentials`);
}
