import * as z from 'zod';
import type { KubeCall } from './call-kube.ts';

const ResourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

type Typed = { apiVersion: string; kind: string; metadata: { namespace?: string | undefined } };

/** The path of the collection that an object belongs to; the server's own discovery tells the plural and the scope. */
export async function resourcePath(send: (call: KubeCall) => Promise<string>, object: Typed): Promise<string> {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources } = ResourceList.parse(JSON.parse(await send({ method: 'GET', path: root })));
  // Subresources (virtualservices/status) are of the same kind.
  const resource = resources.find((each) => each.kind === kind && !each.name.includes('/'));
  if (resource === undefined) throw new Error(`The API server serves no ${kind} in ${apiVersion}.`);
  return resource.namespaced
    ? `${root}/namespaces/${metadata.namespace ?? 'default'}/${resource.name}`
    : `${root}/${resource.name}`;
}
