import { clusterFromSettings } from '#shared/adapters/kubernetes/cluster-from-settings.ts';
import { ClusterSchema } from '#shared/contracts/settings.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import { rollbackService, send } from '#test/doubles/rollback-service.ts';
import type { World } from '#test/scenarios/world.ts';
import { realWorld } from '../real-world.ts';
import type { ByUser } from './kube-users.ts';

type Server = { readonly url: string; readonly ca: string; readonly tokens: ByUser };

export type ServiceAs = {
  /** The API server, with the service in front of it. */
  readonly world: World;
  records(): Promise<readonly RollbackRecord[]>;
  stop(): void;
};

/** The rollback function in this process, with a cluster of its settings and this token as its proof. */
export async function serviceAs(
  server: Server,
  token: string,
  more: { readonly namespaces?: readonly string[] } = {},
): Promise<ServiceAs> {
  const entry = { name: 'real', endpoint: server.url, ca: server.ca, token: { env: 'TOKEN' }, ...more };
  const cluster = clusterFromSettings(ClusterSchema.parse(entry), { environment: { TOKEN: token } });
  // As a function does while it is loaded: the optional reads do not wait long for a first connection.
  await cluster.client.warm();
  const service = rollbackService({ objects: [], settings: { clusters: [entry] }, clusters: () => [cluster] });
  const handler = service.handler({ clock: systemClock });
  const world = realWorld(server, () => {
    throw new Error('The function is called itself here');
  });
  return {
    world: {
      ...world,
      async post(webhook) {
        const { status, body } = await send(handler, { body: JSON.stringify(webhook) });
        return { status, body: JSON.parse(body) };
      },
    },
    records: service.records,
    stop: () => cluster.client.close(),
  };
}
