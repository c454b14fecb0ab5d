import { openKubernetesApiStage } from '#test/doubles/kubernetes-api-stage.ts';
import { describeCluster } from '#test/port-suites/cluster.ts';
import { describeKubernetesApi } from '#test/port-suites/kubernetes-api.ts';

describeCluster('the embedded API', openKubernetesApiStage);
describeKubernetesApi('the embedded API', openKubernetesApiStage);
