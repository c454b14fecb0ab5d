import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { applyCrds } from './apply-crds.ts';
import { callKube, type KubeAccess } from './call-kube.ts';
import { type ByUser, byUser, parseTokens, standingTokens, writeKubeconfigs, writeTokenFile } from './kube-users.ts';
import { startKubeProcesses } from './start-kube-processes.ts';

export type KubeApiserver = {
  url: string;
  /** The certificate to trust, as a file and as PEM text. */
  caFile: string;
  ca: string;
  dir: string;
  /** Paths of kubeconfigs, by user. */
  kubeconfigs: ByUser;
  /** Bearer tokens, by user. */
  tokens: ByUser;
  adminToken: string;
  stop(): Promise<void>;
};

const readyWithinMs = 60_000;

/**
 * Starts a real Kubernetes API server on a free loopback port, with an etcd of its own that holds the CRDs and no more.
 * `tokens` adds users to the standing ones: a comma list of TOKEN=USER[:GROUP[+GROUP…]]. `crds: false` leaves the CRDs
 * out, for what happens in a cluster without Istio.
 */
export async function startKubeApiserver(options: { tokens?: string; crds?: false } = {}): Promise<KubeApiserver> {
  const users = parseTokens(`${standingTokens},${options.tokens ?? ''}`);
  const dir = await mkdtemp(join(tmpdir(), 'weightless-kube-apiserver-'));
  const removeDir = () => rm(dir, { recursive: true, force: true, maxRetries: 3 });
  try {
    const tokenFile = join(dir, 'tokens.csv');
    await writeTokenFile(tokenFile, users);
    const { url, stop: stopProcesses } = await startKubeProcesses(dir, tokenFile);
    const stop = async () => {
      await stopProcesses();
      await removeDir();
    };
    try {
      const caFile = join(dir, 'apiserver.crt');
      const ca = await readFile(caFile, 'utf8');
      const tokens = byUser(users.map(({ user, token }) => [user, token]));
      const access = { url, ca, token: tokens.admin };
      await waitUntilReady(access);
      if (options.crds !== false) await applyCrds(access);
      const kubeconfigs = await writeKubeconfigs(join(dir, 'kubeconfigs'), users, { url, ca });
      return { url, caFile, ca, dir, kubeconfigs, tokens, adminToken: tokens.admin, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    await removeDir();
    throw error;
  }
}

async function waitUntilReady(access: KubeAccess): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  let last = 'no answer';
  while (Date.now() < deadline) {
    const answer = await callKube(access, { method: 'GET', path: '/readyz' }).catch((error: Error) => ({
      status: 0,
      text: error.message,
    }));
    if (answer.status === 200) return;
    last = `${answer.status} ${answer.text}`;
    await sleep(20);
  }
  throw new Error(`kube-apiserver was not ready within ${readyWithinMs / 1000} s; /readyz last said: ${last}`);
}
