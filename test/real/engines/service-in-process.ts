import { randomBytes } from 'node:crypto';
import type { ClusterSource } from '#cli/cluster-source.ts';
import { realCluster } from '#cli/cluster-source.ts';
import { localBus } from '#cli/local/event-bus.ts';
import { freePort } from '#cli/local/free-port.ts';
import { listen } from '#cli/local/listen.ts';
import { localService } from '#cli/local/service.ts';
import { type LocalStore, startStore } from '#cli/local/store.ts';
import { localTokens } from '#cli/local/tokens.ts';
import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { HttpHandler } from '#shared/runtime/http-function.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';

export type ServiceInProcess = {
  readonly url: string;
  readonly alertsToken: string;
  readonly readToken: string;
  readonly source: ClusterSource;
  readonly store: LocalStore;
  /** What came onto the bus, in its order. */
  readonly events: readonly OutboxEvent[];
  stop(): Promise<void>;
};

/** What `npm start -- --no-demo --kubeconfig FILE` is made of, in this process, so that its bus can be watched. */
export async function startServiceInProcess(
  kubeconfig: string,
  around: (handler: HttpHandler) => HttpHandler = (handler) => handler,
): Promise<ServiceInProcess> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    const events: OutboxEvent[] = [];
    const bus = localBus();
    bus.subscribe((event) => events.push(event));
    const log = recordingLog();
    const source = await realCluster(kubeconfig, {});
    stops.push(source.stop);
    const store = await startStore({ bus, log });
    stops.push(store.stop);
    const tokens = localTokens({
      WEIGHTLESS_ALERTS_TOKEN: randomBytes(8).toString('hex'),
      WEIGHTLESS_READ_TOKEN: randomBytes(8).toString('hex'),
    });
    const { cluster, url: clusterUrl } = source;
    const handler = localService({
      cluster,
      clusterUrl,
      ...store,
      tokens,
      log,
    });
    const server = await listen(around(handler), await freePort());
    stops.push(server.close);
    return { url: server.url, alertsToken: tokens.alerts, readToken: tokens.read, source, store, events, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
