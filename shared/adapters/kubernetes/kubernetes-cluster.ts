import type { Cluster } from '#shared/ports/cluster.ts';
import type { Traffic } from '#shared/ports/traffic.ts';
import { type ApiClient, type ApiEndpoint, apiClient } from './api-client.ts';
import { caller } from './call.ts';
import { kubernetesSurroundings } from './surroundings.ts';
import { kubernetesVirtualServices } from './virtual-services.ts';

export type KubernetesClusterConfig = {
  readonly name: string;
  readonly endpoint: ApiEndpoint;
  /** Where given, only these are read: for a service account without cluster-wide rights. */
  readonly namespaces?: readonly string[] | undefined;
  readonly optionalReads?: boolean | undefined;
  readonly context?: string | undefined;
  readonly traffic?: Traffic | undefined;
};

/** One cluster, and its client, so that whoever built it can open the connection early and close it. */
export function kubernetesCluster(config: KubernetesClusterConfig): Cluster & { readonly client: ApiClient } {
  const client = apiClient(config.endpoint);
  const call = caller(client, config.endpoint.credentials);
  return {
    name: config.name,
    client,
    virtualServices: kubernetesVirtualServices(call, config.namespaces),
    ...(config.optionalReads === false ? {} : { surroundings: kubernetesSurroundings(call, config.namespaces) }),
    ...(config.traffic ? { traffic: config.traffic } : {}),
    ...(config.context ? { context: config.context } : {}),
  };
}
