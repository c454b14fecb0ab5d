import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { callKube } from './call-kube.ts';
import { kube } from './kube-objects.ts';
import type { ByUser } from './kube-users.ts';

type Server = { readonly url: string; readonly ca: string; readonly tokens: ByUser };

const shipped = (name: string) => fileURLToPath(new URL(`../../../infra/kubernetes/${name}`, import.meta.url));
const effectiveWithinMs = 60_000;

/**
 * Gives Weightless the rights that are shipped: the role, and the policy that says what of it may be written. Both are
 * for the service account and for the user `member`, and they are in force when this resolves.
 */
export async function installRights(server: Server): Promise<void> {
  const admin = kube(server);
  await admin.applyManifestFile(shipped('cluster-role.yaml'));
  await admin.applyManifestFile(shipped('admission-policy.yaml'));
  const metadata = { name: 'not-managed', namespace: await admin.newNamespace() };
  await admin.create({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata, spec: {} });
  const path = `/apis/networking.istio.io/v1/namespaces/${metadata.namespace}/virtualservices/${metadata.name}?dryRun=All`;
  const body = { metadata: { labels: { changed: 'yes' } } };
  const contentType = 'application/merge-patch+json';
  const deadline = Date.now() + effectiveWithinMs;
  let last = '';
  while (Date.now() < deadline) {
    const call = { method: 'PATCH', path, body, contentType };
    const { status, text } = await callKube({ ...server, token: server.tokens.member }, call);
    if (status === 403 && text.includes("ValidatingAdmissionPolicy 'weightless'")) return;
    last = `${status} ${text}`;
    await sleep(20);
  }
  throw new Error(
    `The policy was not in force within ${effectiveWithinMs / 1000} s; a write it denies was answered ${last}`,
  );
}
