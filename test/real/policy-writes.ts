import { inject } from 'vitest';
import { at, to } from '#test/scenarios/objects.ts';
import { callKube } from './engines/call-kube.ts';
import { type KubeObject, kube } from './engines/kube-objects.ts';
import { serviceAccountToken } from './engines/kube-rights.ts';

export const KIND = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' };
export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';

export type Request = {
  readonly method?: string;
  readonly body: unknown;
  readonly contentType?: string;
  readonly version?: string;
  readonly query?: string;
};

/** A JSON Patch of the service's token unless said otherwise. */
export type Write = (object: KubeObject, request: Request, as?: string) => ReturnType<typeof callKube>;
export type Meta = {
  readonly labels?: object;
  readonly annotations?: object | undefined;
  readonly [key: string]: unknown;
};

export const op = (name: 'add' | 'replace' | 'remove', path: string, value?: unknown) => ({
  op: name,
  path,
  ...(value === undefined ? {} : { value }),
});
export const set = (path: string, value: unknown) => ({ body: [op('add', path, value)] });
export const drop = (path: string) => ({ body: [op('remove', path)] });
export const LABEL = '/metadata/labels/';
export const NOTE = '/metadata/annotations/';
export const FIRST = '/spec/http/0';
export const journal = (text: string) => op('add', `${NOTE}weightless~1journal`, text);

/** A namespace with VirtualServices, and the service's own token, to be used directly as whoever holds it does. */
export async function openPolicyStage() {
  const server = inject('kubeApiserver');
  const admin = kube(server);
  const token = await serviceAccountToken(server);
  const namespace = await admin.newNamespace();
  let count = 0;

  async function create(
    spec: object,
    { labels = { 'weightless/mode': 'act' }, ...meta }: Meta = {},
  ): Promise<KubeObject> {
    count += 1;
    return admin.create({ ...KIND, metadata: { namespace, ...meta, labels, name: `vs-${count}` }, spec });
  }

  const write: Write = (object, request, as = token) => {
    const { method = 'PATCH', body, contentType = JSON_PATCH, version = 'v1', query = '' } = request;
    const { metadata } = object;
    const of = `/apis/networking.istio.io/${version}/namespaces/${metadata.namespace}/virtualservices`;
    return callKube({ ...server, token: as }, { method, path: `${of}/${metadata.name}${query}`, body, contentType });
  };

  return { server, admin, namespace, create, shop: (meta?: Meta) => create(...shop(meta)), write };
}
export type PolicyStage = Awaited<ReturnType<typeof openPolicyStage>>;

/** With everything in it that a thief might want to change. */
function shop(meta: Meta = {}): [object, Meta] {
  const spec = {
    hosts: ['payments'],
    gateways: ['shop'],
    exportTo: ['.'],
    http: [
      {
        name: 'first',
        match: [{ uri: { prefix: '/pay' } }],
        timeout: '5s',
        mirror: at('shadow'),
        mirrorPercentage: { value: 10 },
        mirrors: [{ destination: at('reviews'), percentage: { value: 5 } }],
        route: [
          to('payments/v1', 1, { headers: { response: { set: { 'Set-Cookie': 'a=1', kept: 'x' } } } }),
          to('payments/v2', 99),
        ],
      },
      { route: [{ destination: at('payments-canary', 8081) }] },
    ],
    tcp: [{ match: [{ port: 5432 }], route: [{ destination: at('payments', 5432) }] }],
  };
  const annotations = { 'weightless/canary': 'payments/v2', 'weightless/stable': 'payments/v1', team: 'shop' };
  return [spec, { annotations, ...meta }];
}
