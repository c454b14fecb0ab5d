import { kubernetesCluster } from '#shared/adapters/kubernetes/kubernetes-cluster.ts';
import { type Cluster, ClusterFault } from '#shared/ports/cluster.ts';
import { CliError } from './cli-error.ts';
import { clusterFromKubeconfig } from './kubeconfig.ts';
import type { StartOptions } from './start-options.ts';

/** The cluster of a local run: a real one, or the embedded one. */
export type ClusterSource = {
  readonly cluster: Cluster;
  readonly url: string;
  readonly kind: string;
  stop(): Promise<void>;
};

/** A real cluster, asked once whether it is there and lets us list what we need. */
export async function realCluster(
  file: string,
  { context, clusterName }: Partial<Pick<StartOptions, 'context' | 'clusterName'>>,
): Promise<ClusterSource> {
  const chosen = await clusterFromKubeconfig({ file, context });
  const cluster = kubernetesCluster({
    name: clusterName ?? chosen.name,
    context: chosen.context,
    endpoint: chosen.endpoint,
  });
  const stop = async () => cluster.client.close();
  try {
    await cluster.virtualServices.list('managed', AbortSignal.timeout(5000));
  } catch (fault) {
    await stop();
    if (!(fault instanceof ClusterFault)) throw fault;
    throw new CliError(`The cluster ${chosen.name} (${chosen.endpoint.url}) cannot be used: ${fault.message}`, {
      cause: fault,
    });
  }
  return { cluster, url: chosen.endpoint.url, kind: `${chosen.name}, context ${chosen.context} of ${file}`, stop };
}
