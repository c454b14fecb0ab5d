import { inject } from 'vitest';
import { describeCluster } from '#test/port-suites/cluster.ts';
import type { ClusterStage } from '#test/port-suites/cluster-stage.ts';
import { describeKubernetesApi } from '#test/port-suites/kubernetes-api.ts';
import { startKubeApiserver } from './engines/kube-apiserver.ts';
import { openKubeStage } from './engines/kube-stage.ts';

const shared = inject('kubeApiserver');

async function open(options?: { readonly istio: false }): Promise<ClusterStage> {
  if (!options) return openKubeStage(shared);
  const own = await startKubeApiserver({ crds: false });
  return openKubeStage(own, () => own.stop());
}

describeCluster('kube-apiserver', open);
describeKubernetesApi('kube-apiserver', open);
