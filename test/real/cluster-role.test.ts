import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { callKube } from './engines/call-kube.ts';
import { kube } from './engines/kube-objects.ts';
import { rightsOf, serviceAccountToken } from './engines/kube-rights.ts';

const server = inject('kubeApiserver');
const admin = kube(server);
const manifest = fileURLToPath(new URL('../../infra/kubernetes/cluster-role.yaml', import.meta.url));
async function memberToken(): Promise<string> {
  return server.tokens.member;
}

let namespace = '';

beforeAll(async () => {
  await admin.applyManifestFile(manifest);
  namespace = await admin.newNamespace();
  await admin.create({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'reviews', namespace, labels: { 'weightless/mode': 'act' } },
    spec: { hosts: ['reviews'], http: [{ route: [{ destination: { host: 'reviews' } }] }] },
  });
});

describe.each([
  { who: 'the service account', getToken: () => serviceAccountToken(server) },
  { who: 'a member of the group', getToken: memberToken },
])('$who weightless', ({ getToken }) => {
  const statusOf = async (method: string, path: string, body?: unknown) => {
    const token = await getToken();
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answer = await callKube({ ...server, token }, { method, path, body, contentType });
    return answer.status;
  };
  const virtualServices = () => `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices`;

  test('has the rights of the rollback and no others', async () => {
    const rights = await rightsOf(server, await getToken());

    expect(rights).toEqual(
      new Set([
        'get networking.istio.io/virtualservices',
        'list argoproj.io/rollouts',
        'list core/pods',
        'list discovery.k8s.io/endpointslices',
        'list networking.istio.io/destinationrules',
        'list networking.istio.io/virtualservices',
        'patch networking.istio.io/virtualservices',
      ]),
    );
  });

  test.each([
    '/apis/networking.istio.io/v1/virtualservices',
    '/apis/networking.istio.io/v1/destinationrules',
    '/apis/argoproj.io/v1alpha1/rollouts',
    '/apis/discovery.k8s.io/v1/endpointslices',
    '/api/v1/pods',
  ])('lists %s in the whole cluster', async (path) => {
    expect(await statusOf('GET', path)).toBe(200);
  });

  test('reads a VirtualService and patches it', async () => {
    const read = await statusOf('GET', `${virtualServices()}/reviews`);
    const patched = await statusOf('PATCH', `${virtualServices()}/reviews`, {
      metadata: { labels: { 'weightless/held': 'true' } },
    });

    expect([read, patched]).toEqual([200, 200]);
  });

  test('neither creates, replaces nor deletes a VirtualService', async () => {
    const existing = await admin.get({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'reviews', namespace },
    });
    const other = { ...existing, metadata: { name: 'other', namespace } };

    const statuses = [
      await statusOf('POST', virtualServices(), other),
      await statusOf('PUT', `${virtualServices()}/reviews`, existing),
      await statusOf('DELETE', `${virtualServices()}/reviews`),
      await statusOf('DELETE', virtualServices()),
    ];

    expect(statuses).toEqual([403, 403, 403, 403]);
  });

  test.each([
    ['PATCH', '/apis/networking.istio.io/v1/namespaces/default/destinationrules/reviews'],
    ['GET', '/apis/networking.istio.io/v1/namespaces/default/destinationrules/reviews'],
    ['PATCH', '/apis/argoproj.io/v1alpha1/namespaces/default/rollouts/reviews'],
    ['PATCH', '/apis/argoproj.io/v1alpha1/namespaces/default/rollouts/reviews/status'],
    ['PATCH', '/apis/networking.istio.io/v1/namespaces/default/virtualservices/reviews/status'],
    ['GET', '/apis/flagger.app/v1beta1/canaries'],
    ['GET', '/apis/networking.istio.io/v1/virtualservices?watch=true'],
    ['GET', '/api/v1/secrets'],
    ['GET', '/api/v1/namespaces'],
    ['DELETE', '/api/v1/namespaces/default/pods/any'],
    ['PATCH', '/apis/rbac.authorization.k8s.io/v1/clusterroles/weightless'],
  ])('is refused %s %s', async (method, path) => {
    expect(await statusOf(method, path, method === 'PATCH' ? {} : undefined)).toBe(403);
  });
});
