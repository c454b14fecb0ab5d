import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { demoObjects, demoWebhook, INCIDENT_SERVICE, NAMESPACE } from '#cli/demo/incident.ts';
import { loadRollback, settingsWith, stubFunctionEnv } from '#test/doubles/deployed-functions.ts';
import { type DynamodbStore, openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type Output, recordOutput } from '#test/doubles/record-output.ts';
import { kube } from './engines/kube-objects.ts';
import { realWorld } from './real-world.ts';

const server = inject('kubeApiserver');
const endpoint = inject('dynamodbEndpoint');
const admin = kube(server);
const manifest = fileURLToPath(new URL('../../infra/kubernetes/cluster-role.yaml', import.meta.url));
const never = new AbortController().signal;

let namespace: string;
let store: DynamodbStore;
let folder: string;
let tokenFile: string;
let output: Output;

/** A member of the group has the shipped role and no other. */
beforeAll(() => admin.applyManifestFile(manifest));
beforeEach(async () => {
  namespace = await admin.newNamespace();
  const world = realWorld(server, () => {
    throw new Error('The function is called itself here');
  });
  for (const object of demoObjects()) await world.create(inNamespace(object));
  store = await openDynamodbStore(endpoint);
  folder = await mkdtemp(join(tmpdir(), 'weightless-deployed-handler-'));
  tokenFile = join(folder, 'token');
  await writeFile(tokenFile, `${server.tokens.member}\n`);
  output = recordOutput();
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

function inNamespace(written: Record<string, unknown>) {
  return JSON.parse(JSON.stringify(written).replaceAll(`"${NAMESPACE}"`, JSON.stringify(namespace)));
}

/** The webhook through a newly loaded function, whose settings trust this certificate authority. */
async function deliver(ca: string | undefined) {
  stubFunctionEnv(
    { endpoint, table: store.table },
    settingsWith({ endpoint: server.url, ca, token: { file: tokenFile } }),
  );
  const rollback = await loadRollback();
  return rollback.send({ body: JSON.stringify(inNamespace(demoWebhook(Date.now()))) });
}

async function specNow(): Promise<unknown> {
  const object = await admin.get({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: INCIDENT_SERVICE, namespace },
  });
  return object['spec'];
}

function atWeights(stable: number, canary: number) {
  return { http: [{ name: 'testers' }, { name: 'users', route: [{ weight: stable }, { weight: canary }] }] };
}

describe('the deployed rollback function before a real API server', () => {
  test('needs the configured certificate authority, the token file and the shipped rights, and no more', async () => {
    const answer = await deliver(server.ca);

    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('"outcome":"rolled-back"') });
    expect(await specNow()).toMatchObject(atWeights(100, 0));
    expect(await store.log.recent(10, never)).toMatchObject([
      {
        outcome: 'rolled-back',
        canary: `${INCIDENT_SERVICE}.${namespace}.svc.cluster.local/v2`,
        unknowns: [],
        residual: [{ kind: 'header-route', route: 'testers' }],
      },
    ]);
    expect(output.lines()).toContainEqual(expect.objectContaining({ level: 'INFO', outcome: 'rolled-back' }));
  });

  test.each([
    ['another certificate authority', rootCertificates[0]],
    ['the certificate authorities of the system', undefined],
  ])('that trusts %s touches nothing, and is sent the webhook again', async (_what, ca) => {
    const answer = await deliver(ca);

    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body).results).toMatchObject([
      { outcome: 'pending', reason: 'cluster-unreachable', message: expect.stringMatching(/certificate/) },
    ]);
    expect(await specNow()).toMatchObject(atWeights(1, 99));
    expect(await store.log.recent(10, never)).toMatchObject([{ outcome: 'pending', reason: 'cluster-unreachable' }]);
  });

  test('says which right is missing where the token has none', async () => {
    await writeFile(tokenFile, server.tokens.nobody);

    const answer = await deliver(server.ca);

    expect(JSON.parse(answer.body).results).toMatchObject([
      {
        outcome: 'failed',
        reason: 'forbidden',
        message: expect.stringContaining('infra/kubernetes/cluster-role.yaml'),
      },
    ]);
    expect(await specNow()).toMatchObject(atWeights(1, 99));
  });
});
