import { expect, inject, onTestFinished, test } from 'vitest';
import { clusterFromSettings } from '#shared/adapters/kubernetes/cluster-from-settings.ts';
import { readJournal } from '#shared/contracts/journal.ts';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { ClusterSchema } from '#shared/contracts/settings.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { INCIDENT_SPEC } from '#test/builders/virtual-service.ts';
import { runGuardOf } from '#test/doubles/guard-runs.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';
import { callKube } from './engines/call-kube.ts';
import { kube } from './engines/kube-objects.ts';
import { serviceAccountToken } from './engines/kube-rights.ts';

const HOUR_MS = 3_600_000;
const FLUX_RECONCILE = 'kustomize.toolkit.fluxcd.io/reconcile';
const server = inject('kubeApiserver');
const admin = kube(server);

/** What stands in Git: applied by its controller, and nothing of ours in it. */
const inGit = (namespace: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'payment-svc', namespace, labels: { 'weightless/mode': 'act', ...labels } },
  spec: INCIDENT_SPEC,
});

/** As a GitOps controller syncs: server-side apply under its own name, by force. */
async function syncs(object: ReturnType<typeof inGit>, manager = 'argocd-controller'): Promise<void> {
  const { namespace, name } = object.metadata;
  const path = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices/${name}?fieldManager=${manager}&force=true`;
  const call = { method: 'PATCH', path, body: object, contentType: 'application/apply-patch+yaml' };
  const { status, text } = await callKube({ ...server, token: server.tokens.admin }, call);
  if (status >= 300) throw new Error(`${status} ${text}`);
}

/** The incident, rolled back with the service account's token under the policy that is shipped. */
async function rolledBack(labels: Record<string, string> = {}) {
  const namespace = await admin.newNamespace();
  const object = inGit(namespace, labels);
  await syncs({
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels } },
  });
  const marks = { 'weightless/canary': 'v2', 'weightless/stable': 'v1' };
  await admin.patch(object, { metadata: { annotations: marks } }, 'merge');
  const entry = { name: 'real', endpoint: server.url, ca: server.ca, token: { env: 'TOKEN' }, namespaces: [namespace] };
  const cluster = clusterFromSettings(ClusterSchema.parse(entry), {
    environment: { TOKEN: await serviceAccountToken(server) },
  });
  onTestFinished(() => cluster.client.close());
  const service = rollbackService({
    at: Date.now(),
    objects: [],
    settings: { clusters: [entry] },
    clusters: () => [cluster],
  });
  const labelsOfAlert = { ...aRawAlert().labels, cluster: 'real', destination_service_namespace: namespace };
  const startsAt = new Date(Date.now() - 5000).toISOString();
  const { results } = await service.post([aRawAlert({ labels: labelsOfAlert, startsAt })]);
  expect(results).toMatchObject([{ outcome: 'rolled-back' }]);
  const read = async () => parseVirtualService(await admin.get(object));
  return { service, object, read };
}

const weightsOf = (object: ReturnType<typeof parseVirtualService>) =>
  object.spec.http?.[1]?.route?.map(({ weight }) => weight);

test('a sync that puts the canary back is undone within the policy, and the controller is named', async () => {
  const { service, object, read } = await rolledBack();
  await syncs(object);
  const synced = weightsOf(await read());

  await runGuardOf(service);

  expect([synced, weightsOf(await read())]).toEqual([
    [1, 99],
    [100, 0],
  ]);
  const events = await service.events();
  expect(events.map(({ type }) => type)).toEqual(['RollbackCompleted', 'RollbackReverted', 'RollbackReasserted']);
  expect(events[1]?.detail.data).toMatchObject({
    revertedBy: 'argocd-controller',
    revertedAt: expect.stringMatching(/^\d{4}-/),
  });
  expect(readJournal(await read()).entries).toMatchObject([{ reasserts: 1, reverted: { by: 'argocd-controller' } }]);
});

test.each([
  ['kubectl edit', 'kubectl-edit'],
  ['a person’s script', 'curl'],
])('a put-back by %s is told with its name', async (_, manager) => {
  const { service, object, read } = await rolledBack();
  const { namespace, name } = object.metadata;
  const path = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices/${name}?fieldManager=${manager}`;
  const body = [{ op: 'add', path: '/spec/http/1/route/1/weight', value: 7 }];
  const call = { method: 'PATCH', path, body, contentType: 'application/json-patch+json' };
  await callKube({ ...server, token: server.tokens.admin }, call);

  await runGuardOf(service);

  expect(weightsOf(await read())?.[1]).toBe(0);
  expect((await service.events())[1]?.detail.data).toMatchObject({ revertedBy: manager });
});

test('the end of a hold is let through by the policy: label and Flux’s annotation go, the journal stays', async () => {
  const { service, read } = await rolledBack({ 'kustomize.toolkit.fluxcd.io/name': 'apps' });
  const before = await read();
  service.clock.advance(5 * HOUR_MS);

  const run = await runGuardOf(service);

  const after = await read();
  expect(before.metadata).toMatchObject({
    labels: { 'weightless/held': 'true' },
    annotations: { [FLUX_RECONCILE]: 'disabled' },
  });
  expect(run.clusters.get('real')).toMatchObject({ clusterFaults: [], holds: { closed: 1, open: 0 } });
  expect(after.metadata.labels).not.toHaveProperty('weightless/held');
  expect(after.metadata.annotations).not.toHaveProperty(FLUX_RECONCILE);
  expect(readJournal(after).entries).toMatchObject([{ state: 'closed', ended: {} }]);
  expect(weightsOf(after)).toEqual([100, 0]);
  expect((await service.events()).map(({ type }) => type)).toEqual(['RollbackCompleted', 'HoldReleased']);
});

test('a rollback whose record is made after the end of its hold has the time of the rollback', async () => {
  const { service, read } = await rolledBack();
  const [delivered] = await service.records();
  const zeroedAt = delivered?.timeline.zeroedAt ?? Number.NaN;
  // The API server writes whole seconds: the end must fall into a later one than the rollback.
  await new Promise((resolve) => setTimeout(resolve, 2100));
  service.clock.advance(4 * HOUR_MS + 1000);
  const away = async () => Promise.reject(new StoreFault('away'));
  await runGuardOf(service, { rollbackLog: { ...service.store, read: away, commit: away } }).catch(() => undefined);

  const lost = rollbackService({ at: service.clock.now(), objects: [], clusters: () => service.clusters });
  await runGuardOf(lost);

  const [entry] = readJournal(await read()).entries;
  const [made] = await lost.records();
  expect(entry?.state).toBe('closed');
  expect(made?.timeline.zeroedPrecision).toBe('journal');
  const lateMs = (made?.timeline.zeroedAt ?? 0) - zeroedAt;
  expect(lateMs).toBeGreaterThanOrEqual(0);
  expect(lateMs).toBeLessThanOrEqual(1100);
  expect((await lost.events()).map(({ type }) => type)).toContain('HoldReleased');
});
