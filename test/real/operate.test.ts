import { expect, inject, onTestFinished, test } from 'vitest';
import { clusterFromSettings } from '#shared/adapters/kubernetes/cluster-from-settings.ts';
import { readJournal } from '#shared/contracts/journal.ts';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { ClusterSchema } from '#shared/contracts/settings.ts';
import { INCIDENT_SPEC } from '#test/builders/virtual-service.ts';
import { byHand, operateService } from '#test/doubles/operate-service.ts';
import { at, to } from '#test/scenarios/objects.ts';
import { kube } from './engines/kube-objects.ts';
import { serviceAccountToken } from './engines/kube-rights.ts';

const FLUX_RECONCILE = 'kustomize.toolkit.fluxcd.io/reconcile';
const server = inject('kubeApiserver');
const admin = kube(server);

/** A VirtualService on the real API server, and the function with the service account's own token in front of it. */
async function situation(spec: object = INCIDENT_SPEC, labels: Record<string, string> = {}) {
  const namespace = await admin.newNamespace();
  const object = await admin.create({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: {
      name: 'payment-svc',
      namespace,
      labels: { 'weightless/mode': 'act', ...labels },
      annotations: { 'weightless/canary': 'v2', 'weightless/stable': 'v1' },
    },
    spec,
  });
  const entry = { name: 'real', endpoint: server.url, ca: server.ca, token: { env: 'TOKEN' }, namespaces: [namespace] };
  const cluster = clusterFromSettings(ClusterSchema.parse(entry), {
    environment: { TOKEN: await serviceAccountToken(server) },
  });
  onTestFinished(() => cluster.client.close());
  const service = operateService({
    at: Date.now(),
    objects: [],
    settings: { clusters: [entry] },
    clusters: () => [cluster],
  });
  const ask = { cluster: 'real', namespace };
  return { service, namespace, object, ask, read: async () => parseVirtualService(await admin.get(object)) };
}

/** Whatever a rollback can change: weights, destinations with ports and cookies, mirrors, TCP. */
const EVERYTHING = {
  hosts: ['payment-svc'],
  http: [
    {
      name: 'cookie',
      match: [{ uri: { prefix: '/it"s' } }],
      route: [
        {
          destination: at('payment-svc/v2', 8080),
          headers: { response: { set: { 'Set-Cookie': 'a="b"; \\ c', kept: 'x' } } },
        },
      ],
      mirror: at('payment-svc/v2'),
    },
    {
      route: [to('payment-svc/v1'), to('payment-svc/v2', 7)],
      mirrors: [{ destination: at('payment-svc/v2'), percentage: { value: 2.5 } }],
    },
  ],
  tcp: [{ match: [{ port: 5432 }], route: [to('payment-svc/v2')] }],
};

test.each([
  ['the incident', INCIDENT_SPEC],
  ['everything that a rollback can change', EVERYTHING],
])('%s is rolled back by hand and restored, within the policy that is shipped', async (_, spec) => {
  const { service, ask, object, read } = await situation(spec, { 'kustomize.toolkit.fluxcd.io/name': 'apps' });

  const rolledBack = await service.operate(byHand({ ask }));
  const held = await read();
  const [record] = await service.records();
  const dry = {
    path: `/v1/rollbacks/${record?.id}/restore`,
    body: { reason: 'quoted "host":"evil" \\' },
    dryRun: true,
  };
  const tried = await service.operate(dry);
  const untouched = await read();
  const restored = await service.operate({ ...dry, dryRun: false });

  expect(rolledBack).toMatchObject({ status: 200, body: { results: [{ outcome: 'rolled-back' }] } });
  expect(held.metadata).toMatchObject({
    labels: { 'weightless/held': 'true' },
    annotations: { [FLUX_RECONCILE]: 'disabled' },
  });
  expect(tried).toMatchObject({ status: 200, body: { dryRun: true } });
  expect(untouched).toEqual(held);
  expect(restored, JSON.stringify(restored.body)).toMatchObject({ status: 200 });
  const after = await read();
  expect(after.spec).toEqual(parseVirtualService(object).spec);
  expect(after.metadata.labels).not.toHaveProperty('weightless/held');
  expect(after.metadata.annotations).not.toHaveProperty(FLUX_RECONCILE);
  expect(readJournal(after).entries).toMatchObject([{ state: 'restored', ended: { by: 'alice' } }]);
});

test('a hold is released within the policy that is shipped', async () => {
  const { service, ask, namespace, read } = await situation();
  await service.operate(byHand({ ask }));

  const released = await service.operate({
    path: `/v1/holds/real/${namespace}/payment-svc/release`,
    body: { reason: 'v3 is out' },
  });

  const { metadata, spec } = await read();
  expect(released).toMatchObject({ status: 200, body: { released: true } });
  expect(metadata.labels).not.toHaveProperty('weightless/held');
  expect(spec.http?.[1]?.route?.map(({ weight }) => weight)).toEqual([100, 0]);
});

test('a dry run of a rollback shows what the API server would take, and leaves everything as it is', async () => {
  const { service, ask, read } = await situation(EVERYTHING);
  const before = await read();

  const { status, body } = await service.operate(byHand({ ask, dryRun: true }));

  expect({ status, body }).toMatchObject({ status: 200, body: { results: [{ outcome: 'rolled-back' }] } });
  expect(await read()).toEqual(before);
});

test('a restore says what changed since, on the real API server', async () => {
  const { service, ask, object, read } = await situation();
  await service.operate(byHand({ ask }));
  const [record] = await service.records();
  await admin.patch(object, [{ op: 'replace', path: '/spec/http/1/route/1/weight', value: 5 }], 'json');
  const changed = await read();

  const { status, body } = await service.operate({
    path: `/v1/rollbacks/${record?.id}/restore`,
    body: { reason: 'r' },
  });

  expect(status).toBe(409);
  expect(body.error).toMatch(/everyone: left .*v2 0, now .*v2 5/);
  expect(await read()).toEqual(changed);
});
