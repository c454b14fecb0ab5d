import { callKube, type KubeAccess } from './engines/call-kube.ts';

type Place = { readonly namespace: string; readonly name: string; readonly resourceVersion: string };

/** What the API server itself tells of each write to a VirtualService since that version of it. */
export async function writesSince(access: KubeAccess, { namespace, name, resourceVersion }: Place): Promise<unknown[]> {
  const query = `watch=1&resourceVersion=${resourceVersion}&timeoutSeconds=1&fieldSelector=metadata.name=${name}`;
  const path = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices?${query}`;
  const { text } = await callKube(access, { method: 'GET', path });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
