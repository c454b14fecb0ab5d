import { fileURLToPath } from 'node:url';
import { afterAll, inject } from 'vitest';
import { kube } from '#test/real/engines/kube-objects.ts';
import { makeTlsIdentity, type TlsIdentity } from '../proxy/tls-identity.ts';
import { type Observer, startObserver } from './observer.ts';
import { watchStalls } from './stalls.ts';

/** What the tests of one file share. */
export type FaultStage = {
  readonly identity: TlsIdentity;
  readonly observer: Observer;
  readonly stalls: ReturnType<typeof watchStalls>;
};

const manifest = fileURLToPath(new URL('../../../infra/kubernetes/cluster-role.yaml', import.meta.url));

/** A certificate for the proxies, an observer, and the shipped rights for the function's token. */
export async function openFaultStage(): Promise<FaultStage> {
  const server = inject('kubeApiserver');
  const [identity, observer] = await Promise.all([
    makeTlsIdentity('kubernetes'),
    startObserver(server),
    kube(server).applyManifestFile(manifest),
  ]);
  afterAll(() => observer.stop());
  return { identity, observer, stalls: watchStalls() };
}
