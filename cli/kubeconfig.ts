import type https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiEndpoint, Credentials } from '#shared/adapters/kubernetes/api-client.ts';
import { ClusterSchema } from '#shared/contracts/settings.ts';
import { CliError } from './cli-error.ts';
import { wordsOf } from './words-of.ts';

export type KubeconfigChoice = { readonly file: string; readonly context?: string | undefined };

export type KubeconfigCluster = { readonly name: string; readonly context: string; readonly endpoint: ApiEndpoint };

/**
 * A cluster from a kubeconfig. @kubernetes/client-node reads it, with every authentication plugin that kubectl knows;
 * the calls themselves go through our own client, as in the Lambda function.
 */
export async function clusterFromKubeconfig(choice: KubeconfigChoice): Promise<KubeconfigCluster> {
  const config = await loadConfig(choice);
  const cluster = config.getCurrentCluster();
  const context = config.getCurrentContext();
  if (!cluster) throw new CliError(`The context ${context} of ${choice.file} names no cluster`);
  if (cluster.skipTLSVerify) {
    throw new CliError(
      `The cluster ${cluster.name} of ${choice.file} sets insecure-skip-tls-verify; Weightless always verifies TLS`,
    );
  }
  checkAsSettings(cluster, choice);
  if (cluster.server.startsWith('http:')) allowPlainHttp(config, cluster.name);
  const options = await tlsOf(config);
  return {
    name: cluster.name,
    context,
    endpoint: {
      url: cluster.server,
      ...(options.ca ? { ca: text(options.ca) } : {}),
      ...(options.cert && options.key
        ? { clientCertificate: { cert: text(options.cert), key: text(options.key) } }
        : {}),
      ...(cluster.tlsServerName ? { serverName: cluster.tlsServerName } : {}),
      credentials: kubeconfigCredentials(config, options),
    },
  };
}

/** What the settings of the deployed functions may not hold, a kubeconfig may not, either. */
function checkAsSettings({ name, server }: { name: string; server: string }, { file }: KubeconfigChoice): void {
  const { error } = ClusterSchema.safeParse({ name, endpoint: server, token: { file } });
  const [problem] = error?.issues ?? [];
  if (!problem) return;
  const value = problem.path[0] === 'name' ? name : server;
  throw new CliError(`The cluster ${name} of ${file} cannot be used: ${problem.message}, not ${JSON.stringify(value)}`);
}

/** On loopback (`kubectl proxy`) there is no TLS to verify; the library asks to be told so, as if there were. */
function allowPlainHttp(config: Config, name: string): void {
  config.clusters = config.clusters.map((one) => (one.name === name ? { ...one, skipTLSVerify: true } : one));
}

async function loadConfig({ file, context }: KubeconfigChoice): Promise<Config> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (cause) {
    throw new CliError(`Cannot read the kubeconfig ${file}: ${oneLine(cause)}`, { cause });
  }
  const names = config.getContexts().map(({ name }) => name);
  const chosen = context ?? config.getCurrentContext();
  if (!names.includes(chosen)) {
    throw new CliError(
      `The kubeconfig ${file} has no context ${JSON.stringify(chosen)}; it has: ${names.join(', ') || 'none'}`,
    );
  }
  config.setCurrentContext(chosen);
  return config;
}

type TlsOptions = https.RequestOptions & { ca?: unknown; cert?: unknown; key?: unknown };
type Config = InstanceType<typeof import('@kubernetes/client-node')['KubeConfig']>;

async function tlsOf(config: Config): Promise<TlsOptions> {
  const options: TlsOptions = {};
  const context = config.getCurrentContext();
  // A plugin of an unknown maker: one that waits for a login would wait for ever.
  const late = sleep(PLUGIN_WITHIN_MS, undefined, { ref: false }).then(() => {
    throw new Error(`the plugin did not answer within ${PLUGIN_WITHIN_MS / 1000} s`);
  });
  try {
    await Promise.race([config.applyToHTTPSOptions(options), late]);
  } catch (cause) {
    throw new CliError(`Cannot get credentials for ${context}: ${oneLine(cause)}`, { cause });
  }
  return options;
}

const PLUGIN_WITHIN_MS = 10_000;

/** A plugin's last words and an excerpt of a broken file are several. */
function oneLine(cause: unknown): string {
  const said = wordsOf(cause);
  return said.trim().replaceAll(/\s*\n\s*/g, '; ');
}

/** Tokens of plugins expire: the kubeconfig's own cache says when to ask again, and a 401 asks at once. */
function kubeconfigCredentials(config: Config, first: TlsOptions): Credentials {
  let current: Promise<TlsOptions> | undefined = Promise.resolve(first);
  let askedAt = Date.now();
  return {
    async headers(signal) {
      if (!current || Date.now() - askedAt > REFRESH_AFTER_MS) {
        askedAt = Date.now();
        const asking = tlsOf(config);
        current = asking;
        // What failed once is asked again by the next call, not kept for a minute.
        asking.catch(() => {
          if (current === asking) current = undefined;
        });
      }
      const { headers, auth } = await unlessAborted(current, signal);
      const authorization = (headers as Record<string, string> | undefined)?.['Authorization'];
      if (authorization) return { authorization };
      return auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
    },
    reload() {
      current = undefined;
    },
  };
}

const REFRESH_AFTER_MS = 60_000;

/** A plugin that hangs must not hold a delivery longer than the call that needs it. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function text(pem: unknown): string {
  return Buffer.isBuffer(pem) ? pem.toString('utf8') : String(pem);
}
