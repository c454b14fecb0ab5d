import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { startEngineProcess } from '#cli/local/engine-process.ts';
import { freePort } from '#cli/local/free-port.ts';
import { engineFile } from './engine-file.ts';
import { type Child, startChild } from './start-child.ts';

/** Starts the API server with its etcd, keeping all they write in `dir`; `dir/apiserver.crt` is what a client trusts. */
export async function startKubeProcesses(dir: string, tokenFile: string): Promise<Child> {
  const serviceAccountKey = join(dir, 'service-account.key');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(serviceAccountKey, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  const flags = [
    // The server makes itself a certificate there.
    `--cert-dir=${dir}`,
    `--token-auth-file=${tokenFile}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${serviceAccountKey}`,
    `--service-account-signing-key-file=${serviceAccountKey}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--endpoint-reconciler-type=none',
    '--profiling=false',
  ];
  const assets = process.env['KUBEBUILDER_ASSETS'];
  return assets ? startAssets(assets, dir, flags) : startOwn(dir, flags);
}

function startOwn(dir: string, flags: string[]): Promise<Child> {
  const own = [`--etcd-dir=${join(dir, 'etcd')}`, '--stop-on-eof'];
  return startChild('kube-apiserver', engineFile('kube-apiserver/kube-apiserver'), [...own, '--', ...flags]);
}

/** The binaries that setup-envtest installs: two processes, and ports chosen by us, because they take no port 0. */
async function startAssets(assets: string, dir: string, flags: string[]): Promise<Child> {
  const [clientPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const clientUrl = `http://127.0.0.1:${clientPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const etcd = await startEngineProcess({
    name: 'etcd',
    command: join(assets, 'etcd'),
    args: [
      `--data-dir=${join(dir, 'etcd')}`,
      `--listen-client-urls=${clientUrl}`,
      `--advertise-client-urls=${clientUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      '--unsafe-no-fsync',
    ],
    isReady: () => accepts(clientPort),
  });
  const own = ['--bind-address=127.0.0.1', `--secure-port=${port}`, `--etcd-servers=${clientUrl}`];
  try {
    const apiserver = await startEngineProcess({
      name: 'kube-apiserver',
      command: join(assets, 'kube-apiserver'),
      args: [...own, ...flags],
      isReady: () => accepts(port),
    });
    const stop = async () => {
      await apiserver.stop();
      await etcd.stop();
    };
    return { url: `https://127.0.0.1:${port}`, stop };
  } catch (error) {
    await etcd.stop();
    throw error;
  }
}

async function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, '127.0.0.1');
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  const accepted = await promise;
  socket.destroy();
  return accepted;
}
