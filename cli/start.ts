import { createHash, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createRollbackHandler } from '#functions/rollback/create-handler.ts';
import { kubernetesCluster } from '#shared/adapters/kubernetes/kubernetes-cluster.ts';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { SettingsSchema } from '#shared/contracts/settings.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import { CliError } from './cli-error.ts';
import { clusterFromKubeconfig } from './kubeconfig.ts';
import { startHttpServer } from './local/http-server.ts';

export async function start(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string' },
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
      'no-demo': { type: 'boolean' },
    },
  });
  if (!values.kubeconfig) throw new CliError('Give a cluster with --kubeconfig FILE');
  const chosen = await clusterFromKubeconfig({ file: values.kubeconfig, context: values.context });
  const cluster = kubernetesCluster(chosen);
  const token = process.env['WEIGHTLESS_ALERTS_TOKEN'] ?? randomBytes(24).toString('base64url');
  const settings = SettingsSchema.parse({
    clusters: [{ name: chosen.name, endpoint: chosen.endpoint.url, token: { env: 'unused' } }],
    tokens: [{ name: 'alertmanager', sha256: createHash('sha256').update(token).digest('hex'), scope: 'alerts' }],
  });
  const handler = createRollbackHandler({
    settings: async () => settings,
    clusters: async () => [cluster],
    rollbackLog: memoryRollbackLog(),
    clock: systemClock,
    log: { info: console.log, warn: console.warn, error: console.error },
    meter: { count() {}, milliseconds() {} },
  });
  const server = await startHttpServer(handler, Number(values.port ?? 8080));
  console.log(`Weightless listens on ${server.url}; token ${token}`);
  process.once('SIGINT', () => {
    cluster.client.close();
    void server.close();
  });
}
