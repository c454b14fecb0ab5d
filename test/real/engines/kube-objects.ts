import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { callKube, type KubeCall } from './call-kube.ts';
import type { ByUser } from './kube-users.ts';
import { resourcePath } from './resource-path.ts';

const KubeObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.optional(z.string()),
    resourceVersion: z.optional(z.string()),
    labels: z.optional(z.record(z.string(), z.string())),
    annotations: z.optional(z.record(z.string(), z.string())),
  }),
});

/** Any object of a cluster: what identifies it is typed, the rest is as the server says. */
export type KubeObject = z.infer<typeof KubeObject>;
/** What names an object; a whole object does, too. */
export type KubeRef = { apiVersion: string; kind: string; metadata: { name: string; namespace?: string | undefined } };
/** What a test writes down; the server judges the rest of it. */
export type WrittenObject = KubeRef & { metadata: Record<string, unknown>; [key: string]: unknown };

const contentTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export type KubeObjects = {
  create(object: WrittenObject): Promise<KubeObject>;
  get(ref: KubeRef): Promise<KubeObject>;
  replace(object: WrittenObject): Promise<KubeObject>;
  /** A JSON Patch unless another type is named; `apply` is a forced server-side apply. */
  patch(ref: KubeRef, body: unknown, type?: keyof typeof contentTypes): Promise<KubeObject>;
  delete(ref: KubeRef): Promise<void>;
  /** Applies every document of a YAML file, in their order. */
  applyManifestFile(path: string): Promise<KubeObject[]>;
  /** Creates a namespace that no other test has, and says its name. */
  newNamespace(): Promise<string>;
};

/** Any answer but success; `status` is the HTTP code, `message` is the server's. */
export class KubeError extends Error {
  override name = 'KubeError' as const;
  readonly status: number;

  constructor(call: KubeCall, status: number, text: string) {
    super(`${call.method} ${call.path}: ${status} ${text}`);
    this.status = status;
  }
}

/** A client for tests to arrange and observe with, as one of the server's users; it shares no code with the product. */
export function kube(server: { url: string; ca: string; tokens: ByUser }, user = 'admin'): KubeObjects {
  const token = server.tokens[user];
  if (token === undefined) throw new Error(`The API server knows no user ${user}: see kube-users.ts.`);

  async function send(call: KubeCall): Promise<string> {
    const answer = await callKube({ url: server.url, ca: server.ca, token: token ?? '' }, call);
    if (answer.status >= 300) throw new KubeError(call, answer.status, answer.text);
    return answer.text;
  }

  async function sendObject(call: KubeCall): Promise<KubeObject> {
    return KubeObject.parse(JSON.parse(await send(call)));
  }

  const collection = (ref: KubeRef) => resourcePath(send, ref);
  const item = async (ref: KubeRef) => `${await collection(ref)}/${ref.metadata.name}`;

  const objects: KubeObjects = {
    create: async (object) => sendObject({ method: 'POST', path: await collection(object), body: object }),
    get: async (ref) => sendObject({ method: 'GET', path: await item(ref) }),
    replace: async (object) => sendObject({ method: 'PUT', path: await item(object), body: object }),
    async patch(ref, body, type = 'json') {
      const query = type === 'apply' ? '?fieldManager=test&force=true' : '';
      const path = `${await item(ref)}${query}`;
      return sendObject({ method: 'PATCH', path, body, contentType: contentTypes[type] });
    },
    async delete(ref) {
      await send({ method: 'DELETE', path: await item(ref) });
    },
    async applyManifestFile(path) {
      const applied: KubeObject[] = [];
      for (const document of parseAllDocuments(await readFile(path, 'utf8'))) {
        const object = KubeObject.parse(document.toJS());
        applied.push(await objects.patch(object, object, 'apply'));
      }
      return applied;
    },
    async newNamespace() {
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { generateName: 'test-' } };
      const { metadata } = await sendObject({ method: 'POST', path: '/api/v1/namespaces', body });
      return metadata.name;
    },
  };

  return objects;
}
