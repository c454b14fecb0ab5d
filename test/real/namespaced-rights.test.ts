import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { MARKED, oneRoute, to, virtualService } from '#test/scenarios/objects.ts';
import { callKube } from './engines/call-kube.ts';
import { type KubeApiserver, startKubeApiserver } from './engines/kube-apiserver.ts';
import { type KubeObjects, kube } from './engines/kube-objects.ts';
import { rightsOf, serviceAccountToken, untilRights } from './engines/kube-rights.ts';
import { serviceAs } from './engines/service-as.ts';
import { expectSpec, situation } from './situation.ts';

const manifest = fileURLToPath(new URL('../../infra/kubernetes/namespaced.yaml', import.meta.url));
const incident = oneRoute([to('payments/v1', 1), to('payments/v2', 99)], { annotations: MARKED });
const shifted = { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 };

/** Its own: on the one of the other tests the account has its rights everywhere. */
let server: KubeApiserver;
let admin: KubeObjects;
let token = '';
beforeAll(async () => {
  server = await startKubeApiserver();
  admin = kube(server);
  await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'weightless' } });
  const metadata = { name: 'weightless', namespace: 'weightless' };
  await admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  token = await serviceAccountToken(server);
});
afterAll(() => server?.stop());

/** `kubectl apply --namespace NAMESPACE -f namespaced.yaml` */
async function give(namespace: string): Promise<void> {
  for (const document of parseAllDocuments(await readFile(manifest, 'utf8'))) {
    const object = document.toJS();
    await admin.create({ ...object, metadata: { ...object.metadata, namespace } });
  }
  await untilRights(server, token, 7, namespace);
}

/** An incident, and the service that is to see these namespaces only. */
async function incidentIn(namespaces: readonly string[]) {
  const service = await serviceAs(server, token, { namespaces });
  onTestFinished(service.stop);
  const [namespace = ''] = namespaces;
  const here = await situation({ ...service.world, newNamespace: async () => namespace }, [incident]);
  return { here, records: service.records };
}

describe('the service account with a RoleBinding in each of its namespaces', () => {
  test('rolls back in the namespaces that the settings list', async () => {
    const [first, second] = [await admin.newNamespace(), await admin.newNamespace()];
    await give(first);
    await give(second);

    const one = await incidentIn([first, second]);
    const other = await incidentIn([second, first]);

    expect(await one.here.deliver()).toMatchObject({ status: 200, result: { outcome: 'rolled-back' } });
    expect(await other.here.deliver()).toMatchObject({ status: 200, result: { outcome: 'rolled-back' } });
    await expectSpec(one.here, shifted);
    await expectSpec(other.here, shifted);
  });

  test('has no right in any other namespace, and none in the whole cluster', async () => {
    const [own, foreign] = [await admin.newNamespace(), await admin.newNamespace()];
    await give(own);
    const path = '/apis/networking.istio.io/v1';
    const statusOf = async (method: string, of: string) => {
      const body = method === 'PATCH' ? {} : undefined;
      const call = { method, path: `${path}${of}`, body, contentType: 'application/merge-patch+json' };
      return (await callKube({ ...server, token }, call)).status;
    };

    const statuses = [
      await statusOf('GET', `/namespaces/${own}/virtualservices`),
      await statusOf('GET', '/virtualservices'),
      await statusOf('GET', `/namespaces/${foreign}/virtualservices`),
      await statusOf('PATCH', `/namespaces/${foreign}/virtualservices/payments`),
      await statusOf('GET', `/namespaces/${foreign}/destinationrules`),
    ];

    expect(statuses).toEqual([200, 403, 403, 403, 403]);
    expect(await rightsOf(server, token, foreign)).toEqual(new Set());
  });

  test('rolls back a canary whose service is in another namespace, and records what it could not read', async () => {
    const [own, foreign] = [await admin.newNamespace(), await admin.newNamespace()];
    await give(own);
    const service = await serviceAs(server, token, { namespaces: [own] });
    onTestFinished(service.stop);
    const host = `payments.${foreign}.svc.cluster.local`;
    const objects = [
      virtualService(
        { hosts: [host], http: [{ route: [to(`${host}/v1`, 1), to(`${host}/v2`, 99)] }] },
        { annotations: { 'weightless/canary': `${host}/v2`, 'weightless/stable': `${host}/v1` } },
      ),
    ];
    const here = await situation({ ...service.world, newNamespace: async () => own }, objects, {
      labels: { destination_service_namespace: foreign },
    });

    const { status, result } = await here.deliver();

    expect({ status, result }).toMatchObject({ status: 200, result: { outcome: 'rolled-back' } });
    await expectSpec(here, shifted);
    expect(await service.records()).toMatchObject([
      {
        stableReadiness: 'unknown',
        unknowns: expect.arrayContaining([`destinationrules of ${foreign}`, `endpointslices of ${foreign}`]),
      },
    ]);
  });

  test('rolls back where it may not read Rollouts, and says so', async () => {
    const own = await admin.newNamespace();
    await give(own);
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'weightless', namespace: own },
    };
    await admin.patch(role, [{ op: 'remove', path: '/rules/2' }]);
    await untilRights(server, token, 6, own);
    const { here, records } = await incidentIn([own]);

    const delivered = await here.deliver();

    expect(delivered).toMatchObject({ status: 200, result: { outcome: 'rolled-back' } });
    await expectSpec(here, shifted);
    expect(await records()).toMatchObject([{ unknowns: [`rollouts of ${own}`] }]);
  });

  test('rolls back although a listed namespace lacks its RoleBinding, and the record names that one', async () => {
    const [own, without] = [await admin.newNamespace(), await admin.newNamespace()];
    await give(own);
    const { here, records } = await incidentIn([own, without]);

    const delivered = await here.deliver();

    expect(delivered).toMatchObject({ status: 200, result: { outcome: 'rolled-back' } });
    await expectSpec(here, shifted);
    const [record] = await records();
    expect(record).toMatchObject({ residual: 'unknown', stableReadiness: 'unknown' });
    expect(record?.unknowns).toEqual(
      expect.arrayContaining([`virtualservices of ${without}`, `rollouts of ${without}`]),
    );
  });

  test('fails an alert about a listed namespace that lacks its RoleBinding, until it has it', async () => {
    const [own, without] = [await admin.newNamespace(), await admin.newNamespace()];
    await give(own);
    const { here } = await incidentIn([without, own]);

    const before = await here.deliver();
    await give(without);
    const after = await here.deliver();

    expect(before).toMatchObject({ status: 200, result: { outcome: 'failed', reason: 'forbidden' } });
    expect(before.result).toMatchObject({
      message: expect.stringContaining(`may not list the VirtualServices of ${without}`),
      commands: [{ run: expect.stringContaining(`--namespace ${without} -f infra/kubernetes/namespaced.yaml`) }],
    });
    expect(after).toMatchObject({ status: 200, result: { outcome: 'rolled-back' } });
    await expectSpec(here, shifted);
  });
});
