import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { demoObjects, demoWebhook, INCIDENT_SERVICE, NAMESPACE, TRY_IT_SERVICE } from '#cli/demo/incident.ts';
import type { User } from '#cli/local/kubernetes-api/access.ts';
import { type KubernetesApi, startKubernetesApi } from '#cli/local/kubernetes-api/start-kubernetes-api.ts';
import { anHttpEvent } from '#test/builders/http-event.ts';
import {
  AS_READER,
  type ClusterEntry,
  type DeployedFunction,
  loadReport,
  loadRollback,
  settingsWith,
  stubFunctionEnv,
} from '#test/doubles/deployed-functions.ts';
import { type DynamodbStore, openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type Dynoxide, startDynoxide } from '#test/doubles/dynoxide.ts';
import { type Output, recordOutput } from '#test/doubles/record-output.ts';

/** The shipped ClusterRole's rights. */
const WEIGHTLESS: User = {
  name: 'weightless',
  rights: [
    { verbs: ['get', 'list', 'patch'], resources: ['virtualservices'] },
    { verbs: ['list'], resources: ['destinationrules', 'rollouts', 'endpointslices', 'pods'] },
  ],
};
const CANARY = `${INCIDENT_SERVICE}.${NAMESPACE}.svc.cluster.local/v2`;
const never = new AbortController().signal;

let engine: Dynoxide;
let store: DynamodbStore;
let api: KubernetesApi;
let users: Map<string, User>;
let folder: string;
let tokenFile: string;
let output: Output;
beforeEach(async () => {
  engine = await startDynoxide();
  store = await openDynamodbStore(engine.endpoint);
  users = new Map([['first-token', WEIGHTLESS]]);
  api = await startKubernetesApi({ users });
  for (const object of demoObjects()) api.objects.seed(object);
  folder = await mkdtemp(join(tmpdir(), 'weightless-rollback-handler-'));
  tokenFile = join(folder, 'token');
  output = recordOutput();
});
afterEach(async () => {
  await store.close();
  await api.close();
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

function deploy(cluster: Partial<ClusterEntry> = {}): Promise<DeployedFunction> {
  stubEnv(settingsWith({ endpoint: api.url, token: { file: tokenFile }, ...cluster }));
  return loadRollback();
}

function stubEnv(settings?: string): void {
  stubFunctionEnv({ endpoint: engine.endpoint, table: store.table }, settings);
}

/** The alert about the service, as Alertmanager posts it. */
function webhook(service = INCIDENT_SERVICE): string {
  return JSON.stringify(demoWebhook(Date.now())).replaceAll(INCIDENT_SERVICE, service);
}

function specNow(service = INCIDENT_SERVICE): unknown {
  return api.objects.get('virtualservices', NAMESPACE, service)?.['spec'];
}

/** Stable's and the canary's weight, for the users of the service. */
function atWeights(stable: number, canary: number) {
  return { http: [{ name: 'testers' }, { name: 'users', route: [{ weight: stable }, { weight: canary }] }] };
}

function resultOf({ body }: { body: string }): Record<string, unknown> {
  return JSON.parse(body).results[0];
}

describe('the deployed rollback function', () => {
  it('rolls back what a webhook is about, records it, counts it, and the deployed report shows it', async () => {
    await writeFile(tokenFile, 'first-token\n');
    const rollback = await deploy();

    const answer = await rollback.send({ body: webhook() });
    const report = await loadReport();
    const path = `/rollbacks/${resultOf(answer)['rollbackId']}`;
    const page = await report.send({ method: 'GET', path: '/', headers: AS_READER });
    const own = await report.send({ method: 'GET', path, headers: AS_READER });

    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('"outcome":"rolled-back"') });
    expect(specNow()).toMatchObject(atWeights(100, 0));
    expect(await store.log.recent(10, never)).toMatchObject([
      { id: resultOf(answer)['rollbackId'], outcome: 'rolled-back', cluster: 'production-eu', canary: CANARY },
    ]);
    expect([page.status, own.status]).toEqual([200, 200]);
    expect(page.body).toContain(`<h3><a href="${path}">payment-svc/v2</a></h3>`);
    expect(page.body).toContain('in production-eu / production, received');
    expect(page.body).toContain('after the alert, weight 99 → 0;');
    expect(own.body).toContain(`<dt>Canary</dt><dd>${CANARY}</dd>`);
    expect(own.body).toContain('payment-svc/v2 (canary): 99 → 0');
    expect(output.lines()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ level: 'INFO', service: 'weightless-rollback', outcome: 'rolled-back' }),
        expect.objectContaining({ RollbackOutcome: 1, outcome: 'rolled-back', reason: 'none' }),
        expect.objectContaining({ AlertToRollbackMs: expect.any(Number) }),
      ]),
    );
  });

  it('takes a body that API Gateway has put into base64', async () => {
    await writeFile(tokenFile, 'first-token');
    const rollback = await deploy();

    const answer = await rollback.send({ body: Buffer.from(webhook()).toString('base64'), base64: true });

    expect(answer.status).toBe(200);
    expect(specNow()).toMatchObject(atWeights(100, 0));
  });

  it('reads the token file again when the cluster no longer accepts the token, within the same delivery', async () => {
    await writeFile(tokenFile, 'first-token\n');
    const rollback = await deploy();
    const before = await rollback.send({ body: webhook() });
    users.delete('first-token');
    users.set('second-token', WEIGHTLESS);
    await writeFile(tokenFile, 'second-token\n');

    const after = await rollback.send({ body: webhook(TRY_IT_SERVICE) });

    expect([before.status, after.status]).toEqual([200, 200]);
    expect(resultOf(after)['outcome']).toBe('rolled-back');
    expect(specNow(TRY_IT_SERVICE)).toMatchObject(atWeights(100, 0));
  });

  it('answers 503 while the file holds a token that is not accepted, and rolls back once it holds another', async () => {
    await writeFile(tokenFile, 'expired-token\n');
    const rollback = await deploy();

    const early = await rollback.send({ body: webhook() });
    const untouched = specNow();
    await writeFile(tokenFile, 'first-token\n');
    const again = await rollback.send({ body: webhook() });

    expect(early.status).toBe(503);
    expect(resultOf(early)).toMatchObject({
      outcome: 'pending',
      reason: 'cluster-unauthorized',
      message: expect.stringContaining('does not accept our credentials, also after reloading them'),
    });
    expect(untouched).toMatchObject(atWeights(1, 99));
    expect(again.status).toBe(200);
    expect(specNow()).toMatchObject(atWeights(100, 0));
    expect(early.body + output.text()).not.toMatch(/expired-token|first-token/);
  });

  it('takes the token from an environment variable, without the line end that came with it', async () => {
    vi.stubEnv('CLUSTER_TOKEN', 'first-token\n');
    const rollback = await deploy({ token: { env: 'CLUSTER_TOKEN' } });

    const answer = await rollback.send({ body: webhook() });

    expect(answer.status).toBe(200);
    expect(specNow()).toMatchObject(atWeights(100, 0));
  });

  it.each([
    ['an environment variable that is not set', { env: 'NO_SUCH_TOKEN' }, 'variable NO_SUCH_TOKEN, .* is not set'],
    ['a blank environment variable', { env: 'BLANK_TOKEN' }, 'variable BLANK_TOKEN holds no bearer token'],
    ['an environment variable of two lines', { env: 'LINES' }, 'variable LINES holds no bearer token'],
    ['a file that is not there', { file: '/nowhere/token' }, 'file /nowhere/token, .* cannot be read'],
    ['an empty file', { file: '/dev/null' }, 'file /dev/null holds no bearer token'],
  ])('answers 503 and names %s, where the token should be', async (_what, token, words) => {
    vi.stubEnv('BLANK_TOKEN', ' ');
    vi.stubEnv('LINES', 'first-token\nanother-token');
    const rollback = await deploy({ token });

    const answer = await rollback.send({ body: webhook() });

    expect(answer.status).toBe(503);
    expect(resultOf(answer)).toMatchObject({
      outcome: 'pending',
      reason: 'cluster-unauthorized',
      message: expect.stringMatching(words),
    });
    expect(answer.body + output.text()).not.toMatch(/first-token/);
    expect(specNow()).toMatchObject(atWeights(1, 99));
  });

  it('keeps the incident in the table while the cluster cannot be asked, and names it once it can', async () => {
    const rollback = await deploy();
    const body = webhook();

    await rollback.send({ body });
    const pending = await store.log.recent(10, never);
    await writeFile(tokenFile, 'first-token\n');
    await rollback.send({ body });

    expect(pending).toMatchObject([{ outcome: 'pending', reason: 'cluster-unauthorized', canary: '-' }]);
    expect(await store.log.recent(10, never)).toMatchObject([{ outcome: 'rolled-back', canary: CANARY }]);
  });
});

describe('settings of the deployed rollback function', () => {
  it('come from the file that the environment names', async () => {
    const file = join(folder, 'settings.json');
    await writeFile(tokenFile, 'first-token');
    await writeFile(file, settingsWith({ endpoint: api.url, token: { file: tokenFile } }));
    stubEnv();
    vi.stubEnv('WEIGHTLESS_SETTINGS_FILE', file);
    const rollback = await loadRollback();

    const answer = await rollback.send({ body: webhook() });

    expect(answer.status).toBe(200);
    expect(specNow()).toMatchObject(atWeights(100, 0));
  });

  it.each([
    ['are no JSON', '{', 'The settings are not JSON'],
    ['hold no cluster', '{"clusters":[],"tokens":[]}', 'clusters'],
    ['are in a file that is not there', undefined, 'ENOENT'],
  ])('that %s have every request answered 503, never 401, and the reason logged', async (_what, settings, words) => {
    stubEnv(settings);
    vi.stubEnv('WEIGHTLESS_SETTINGS_FILE', join(folder, 'no-settings.json'));
    const rollback = await loadRollback();

    const answers = [
      await rollback.send({ body: webhook() }),
      await rollback.send({ body: webhook() }),
      await rollback.send({ body: webhook(), headers: { authorization: 'Bearer wrong' } }),
      await rollback.send({ body: '{', headers: { authorization: '' } }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    for (const { body } of answers)
      expect(JSON.parse(body).error).toMatch(/^The settings of the service cannot be loaded/);
    const logged = output.lines().filter(({ message }) => message === 'The settings cannot be loaded');
    expect(logged).toHaveLength(4);
    expect(logged[0]).toMatchObject({ level: 'ERROR', cause: expect.stringContaining(words) });
  });

  it('lack the table: the module says so as it is loaded', async () => {
    stubEnv('{}');
    vi.stubEnv('WEIGHTLESS_TABLE', undefined);

    await expect(loadRollback()).rejects.toThrow(/environment of the function is incomplete[\s\S]*WEIGHTLESS_TABLE/);
  });
});

describe('a fault of the deployed rollback function that nobody foresaw', () => {
  it('is answered 503 in JSON and logged with its stack', async () => {
    await writeFile(tokenFile, 'first-token');
    const rollback = await deploy();

    const answer = await rollback.invoke(JSON.parse('{"version":"2.0"}'));

    expect(answer).toMatchObject({ statusCode: 503, headers: { 'content-type': 'application/json; charset=utf-8' } });
    expect(JSON.parse(answer.body ?? '')).toEqual({ error: expect.stringContaining('Send the request again') });
    expect(output.lines()).toEqual([
      expect.objectContaining({
        level: 'ERROR',
        message: 'An unforeseen fault',
        stack: expect.stringContaining('at '),
      }),
    ]);
  });

  it('is also that Lambda is about to end it: 503 in JSON ahead of that', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await writeFile(tokenFile, 'first-token');
    const rollback = await deploy({ endpoint: `http://127.0.0.1:${port}` });

    const answer = await rollback.invoke(anHttpEvent({ body: webhook() }), 600);
    silent.close();

    expect(answer.statusCode).toBe(503);
    expect(JSON.parse(answer.body ?? '')).toHaveProperty('error');
    expect(specNow()).toMatchObject(atWeights(1, 99));
  });
});
