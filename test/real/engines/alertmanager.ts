import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answersOk, startEngineProcess } from '#cli/local/engine-process.ts';
import { freePort } from '#cli/local/free-port.ts';
import { engineFile } from './engine-file.ts';

export type AlertmanagerVersion = '0.25' | '0.31';

export type AlertmanagerOptions = {
  version: AlertmanagerVersion;
  /** The text of alertmanager.yml. */
  config: string;
  /** Cluster addresses of other members. Given, even empty, this one opens a cluster port; absent, it stands alone. */
  peers?: string[];
  clusterPort?: number;
  /** What `externalURL` in a webhook's body is; the default is where this Alertmanager really is. */
  externalUrl?: string;
};

export type RunningAlertmanager = {
  url: string;
  hostPort: string;
  /** What another member gives as a peer; undefined where this one stands alone. */
  clusterAddress: string | undefined;
  stop(): Promise<void>;
};

/** Starts a real Alertmanager on loopback with a data directory of its own, gone after `stop`. */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<RunningAlertmanager> {
  const command = engineFile(`alertmanager/${options.version}/alertmanager`);
  const directory = await mkdtemp(join(tmpdir(), 'weightless-alertmanager-'));
  const configFile = join(directory, 'alertmanager.yml');
  await writeFile(configFile, options.config);
  const hostPort = `127.0.0.1:${await freePort()}`;
  const url = `http://${hostPort}`;
  const clusterAddress = await chooseClusterAddress(options);
  const removeDirectory = () => rm(directory, { recursive: true, force: true });
  try {
    const engine = await startEngineProcess({
      name: `alertmanager ${options.version}`,
      command,
      args: [
        `--config.file=${configFile}`,
        `--storage.path=${join(directory, 'data')}`,
        `--web.listen-address=${hostPort}`,
        `--web.external-url=${options.externalUrl ?? url}`,
        '--web.route-prefix=/',
        '--log.level=warn',
        ...clusterArguments(options, clusterAddress),
      ],
      isReady: () => answersOk(`${url}/-/ready`),
    });
    return { url, hostPort, clusterAddress, stop: () => engine.stop().then(removeDirectory) };
  } catch (error) {
    await removeDirectory();
    throw error;
  }
}

async function chooseClusterAddress({ peers, clusterPort }: AlertmanagerOptions): Promise<string | undefined> {
  if (peers === undefined && clusterPort === undefined) return undefined;
  return `127.0.0.1:${clusterPort ?? (await freePort())}`;
}

/** An empty listen address opens no port. Settling is cut short because it holds the first notification back. */
function clusterArguments({ peers = [] }: AlertmanagerOptions, clusterAddress: string | undefined): string[] {
  return [
    `--cluster.listen-address=${clusterAddress ?? ''}`,
    '--cluster.settle-timeout=2s',
    ...peers.map((peer) => `--cluster.peer=${peer}`),
  ];
}
