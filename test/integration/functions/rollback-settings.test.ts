import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { demoObjects, demoWebhook, INCIDENT_SERVICE, NAMESPACE } from '#cli/demo/incident.ts';
import { type KubernetesApi, startKubernetesApi } from '#cli/local/kubernetes-api/start-kubernetes-api.ts';
import { loadReport, loadRollback, settingsWith, stubFunctionEnv } from '#test/doubles/deployed-functions.ts';
import { type DynamodbStore, openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type Dynoxide, startDynoxide } from '#test/doubles/dynoxide.ts';
import { type Output, recordOutput } from '#test/doubles/record-output.ts';
import { type Answer, type ScriptedServer, startScriptedServer } from '#test/doubles/scripted-server.ts';
import { parametersOf } from '#test/doubles/scripted-settings-source.ts';

const PATH = '/weightless/test';
const HEALTH = { method: 'GET', path: '/healthz' };
const THROTTLED: Answer = { status: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } };

let engine: Dynoxide;
let store: DynamodbStore;
let api: KubernetesApi;
let folder: string;
let output: Output;
let ssm: ScriptedServer | undefined;
beforeEach(async () => {
  engine = await startDynoxide();
  store = await openDynamodbStore(engine.endpoint);
  api = await startKubernetesApi();
  for (const object of demoObjects()) api.objects.seed(object);
  folder = await mkdtemp(join(tmpdir(), 'weightless-rollback-settings-'));
  vi.stubEnv('CLUSTER_TOKEN', 'a-token-of-the-cluster');
  output = recordOutput();
});
afterEach(async () => {
  await ssm?.stop();
  await store.close();
  await api.close();
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

const document = (more: object = {}) => ({
  ...JSON.parse(settingsWith({ endpoint: api.url, token: { env: 'CLUSTER_TOKEN' } })),
  ...more,
});

/** What SSM answers to GetParametersByPath, one parameter a page. */
function pagesOf(parameters: ReturnType<typeof parametersOf>): Answer[] {
  return parameters.map(({ name, text }, index) => ({
    status: 200,
    body: {
      Parameters: [{ Name: name, Value: text, Type: 'String' }],
      ...(index + 1 < parameters.length ? { NextToken: `page-${index + 1}` } : {}),
    },
  }));
}

/** The environment of a deployment: a path in Parameter Store, and the package's own settings. */
async function stubDeployment(answers: readonly Answer[], packaged: object = document()): Promise<void> {
  const [first = THROTTLED, ...more] = answers;
  ssm = await startScriptedServer([first, ...more]);
  const file = join(folder, 'settings.json');
  await writeFile(file, JSON.stringify(packaged));
  stubFunctionEnv({ endpoint: engine.endpoint, table: store.table });
  vi.stubEnv('WEIGHTLESS_SETTINGS_PATH', PATH);
  vi.stubEnv('WEIGHTLESS_SETTINGS_FILE', file);
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', ssm.endpoint);
}

const webhook = () => ({ body: JSON.stringify(demoWebhook(Date.now())) });

function counted(name: string): number {
  return output.lines().filter((line) => name in line).length;
}

describe('the deployed rollback function with its settings in Parameter Store', () => {
  it('joins all pages of them, and goes by them and not by those of its package', async () => {
    await stubDeployment(pagesOf(parametersOf(document(), PATH)), document({ mode: 'observe' }));
    const rollback = await loadRollback();

    // Where this machine is busy, the first reading may take longer than a request waits for it.
    await vi.waitFor(async () => {
      const health = await rollback.send(HEALTH);
      expect(JSON.parse(health.body)).toEqual({ status: 'ok', settings: { origin: 'parameters', stale: false } });
    }, 5000);
    const answer = await rollback.send(webhook());

    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('"outcome":"rolled-back"') });
    expect(ssm?.asked.map(({ target, body }) => [target, body['Path'], body['NextToken']])).toEqual([
      ['AmazonSSM.GetParametersByPath', PATH, undefined],
      ['AmazonSSM.GetParametersByPath', PATH, 'page-1'],
    ]);
    expect(counted('SettingsStale')).toBe(0);
  });

  it.each<[string, Answer[], number]>([
    ['throttles it', [THROTTLED], 0],
    ['breaks the connection', ['reset'], 0],
    ['has no cluster', [{ status: 200, body: { Parameters: [{ Name: `${PATH}/settings`, Value: '{}' }] } }], 1],
    ['has nothing', [{ status: 200, body: { Parameters: [] } }], 1],
  ])('goes by those of its package where Parameter Store %s, and counts that', async (_what, answers, invalid) => {
    await stubDeployment(answers);
    const rollback = await loadRollback();

    const answer = await rollback.send(webhook());
    const health = await rollback.send(HEALTH);

    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('"outcome":"rolled-back"') });
    expect(api.objects.get('virtualservices', NAMESPACE, INCIDENT_SERVICE)?.['spec']).toMatchObject({
      http: [{}, { route: [{ weight: 100 }, { weight: 0 }] }],
    });
    expect(JSON.parse(health.body)).toEqual({ status: 'ok', settings: { origin: 'package', stale: true } });
    expect(counted('SettingsStale')).toBe(1);
    await vi.waitFor(() => expect(counted('SettingsInvalid')).toBe(invalid), 5000);
  });

  it('answers 503 to everybody, also to who asks for its health, where its package has none that are valid', async () => {
    await stubDeployment([THROTTLED], {});
    const rollback = await loadRollback();

    const answers = [
      await rollback.send(webhook()),
      await rollback.send({ ...webhook(), headers: { authorization: 'Bearer wrong' } }),
      await rollback.send(HEALTH),
    ];

    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(answers[2]?.body).not.toMatch(/tokens|clusters/);
  });
});

describe('the deployed report function with its settings in Parameter Store', () => {
  it('refuses a reader whom only its package still knows', async () => {
    const tokens = [{ name: 'reader', sha256: '0'.repeat(64), scope: 'read' }];
    const pages = pagesOf(parametersOf(document({ tokens }), PATH));
    await stubDeployment([...pages, ...pages]);
    const report = await loadReport();

    const ask = () => report.send({ method: 'GET', path: '/', headers: { authorization: 'Bearer read-token' } });

    // By those that are read for it, seconds after the first ones.
    await vi.waitFor(async () => expect((await ask()).status).toBe(401), { timeout: 15_000, interval: 500 });
  });
});
