import { enginesDir } from './engine-file.ts';
import { setUpAlertmanager } from './set-up-alertmanager.ts';
import { setUpCrds } from './set-up-crds.ts';
import { setUpDynamodbLocal } from './set-up-dynamodb-local.ts';
import { setUpKubeApiserver } from './set-up-kube-apiserver.ts';
import { setUpKubectl } from './set-up-kubectl.ts';
import { setUpPrometheus } from './set-up-prometheus.ts';

/** Each takes the cache folder, does nothing where its part is there already, and prints one line. */
const engines = [setUpKubeApiserver, setUpKubectl, setUpCrds, setUpDynamodbLocal, setUpPrometheus, setUpAlertmanager];

try {
  // One after the other: each build uses all cores.
  for (const setUp of engines) await setUp(enginesDir);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
