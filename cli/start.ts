import { setTimeout as sleep } from 'node:timers/promises';
import { realCluster } from './cluster-source.ts';
import { curlLine } from './demo/curl-line.ts';
import { playIncident } from './demo/play-incident.ts';
import { consoleLog } from './local/console-log.ts';
import { localBus } from './local/event-bus.ts';
import { startGuard } from './local/guard.ts';
import { FIRST_PORT, listen } from './local/listen.ts';
import { localService, localSettings } from './local/service.ts';
import { startStore } from './local/store.ts';
import { localTokens } from './local/tokens.ts';
import { parseStartOptions, START_HELP, type StartOptions } from './start-options.ts';

const STOP_WITHIN_MS = 3000;

const out = (line: string) => void process.stdout.write(`${line}\n`);

/** `weightless start`: the deployed handlers on this machine. Stays up until it is stopped. */
export async function start(args: string[]): Promise<void> {
  const options = parseStartOptions(args);
  if (!options) return out(START_HELP);
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (const stop of stops.splice(0).reverse()) await stop().catch(() => undefined);
  };
  onSignal(stopAll);
  try {
    await run(options, stops);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** Ends the process, once stopped, at the first signal; npm hands on the one that a terminal has sent us already. */
function onSignal(stopAll: () => Promise<void>): void {
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    void Promise.race([stopAll(), sleep(STOP_WITHIN_MS)]).then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}

async function run(options: StartOptions, stops: (() => Promise<void>)[]): Promise<void> {
  const log = consoleLog(out);
  const bus = localBus();
  const keep = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    stops.push(() => started.stop());
    return started;
  };
  const [source, store] = await Promise.all([
    keep(options.kubeconfig ? realCluster(options.kubeconfig, options) : embedded()),
    keep(startStore({ bus, log, dataDir: options.dataDir })),
  ]);
  const tokens = localTokens(process.env);
  const parts = { cluster: source.cluster, clusterUrl: source.url, tokens, mode: options.mode, log };
  const guard = startGuard({ settings: localSettings(parts), cluster: source.cluster, store, bus, log });
  stops.push(() => guard.stop());
  const server = await listen(localService({ ...parts, ...store }), options.port);
  stops.push(() => server.close());

  out(`Weightless listens on ${server.url}`);
  if (options.port === undefined && server.port !== FIRST_PORT) out(`(port ${FIRST_PORT} is taken)`);
  out(`Cluster   ${source.kind}`);
  out(`Records   ${store.kind}`);
  if (options.demo && !options.kubeconfig) await playIncident({ source, store, bus, server, tokens, out });
  printWhatNext({ server, tokens, demo: options.demo && !options.kubeconfig, out });
}

async function embedded() {
  const { embeddedCluster } = await import('./local/embedded-cluster.ts');
  return embeddedCluster();
}

type Next = {
  readonly server: { readonly url: string };
  readonly tokens: ReturnType<typeof localTokens>;
  readonly demo: boolean;
  readonly out: (line: string) => void;
};

function printWhatNext({ server, tokens, demo, out: print }: Next): void {
  print('');
  if (tokens.generated.alerts) print(`Token     ${tokens.alerts}  to send alerts (Authorization: Bearer)`);
  if (tokens.generated.read) print(`Token     ${tokens.read}  to read the page`);
  if (tokens.generated.operate) print(`Token     ${tokens.operate}  for weightless rollback, restore and release`);
  print(`The page  ${server.url}/  (any user name, the read token as the password)`);
  if (demo) {
    print('Try it    checkout-svc has 10 % on its canary; post an alert about it:');
    print(curlLine(server.url, tokens.generated.alerts ? tokens.alerts : '$WEIGHTLESS_ALERTS_TOKEN'));
  } else {
    print(
      `Alerts    POST ${server.url}/v1/alerts, as Alertmanager's webhook receiver (infra/alertmanager/alertmanager.yml)`,
    );
  }
  print('Ctrl-C stops all of it.');
}
