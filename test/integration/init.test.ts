import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { bundleFunctions } from '#infra/build/bundle.ts';
import { type AwsServer, json, startAwsServer } from '#test/doubles/aws-server.ts';
import { parametersOf } from '#test/doubles/scripted-settings-source.ts';

const PATH = '/weightless/test';
/** The first byte of a handshake's record. */
const TLS_HANDSHAKE = 0x16;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weightless-init-'));
  await bundleFunctions(join(folder, 'dist'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Takes connections, answers nothing, and notes the first byte of each. */
async function startCluster(): Promise<{ readonly endpoint: string; readonly greetings: number[] }> {
  const greetings: number[] = [];
  const server = createServer((socket) => {
    socket.once('data', (bytes) => greetings.push(bytes[0] ?? -1));
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The cluster has no port');
  return { endpoint: `https://127.0.0.1:${address.port}`, greetings };
}

/** Parameter Store, which holds these settings or does not answer, and Secrets Manager, which has the cluster's token. */
async function startStores(stored: object | undefined): Promise<AwsServer> {
  const parameters = stored === undefined ? [] : parametersOf(stored, PATH);
  const server = await startAwsServer(({ headers }) => {
    if (headers['x-amz-target'] === 'secretsmanager.GetSecretValue') return json({ SecretString: 'a-token' });
    if (stored === undefined) return 'silence';
    return json({ Parameters: parameters.map(({ name, text }) => ({ Name: name, Value: text })) });
  });
  onTestFinished(server.stop);
  return server;
}

/** Loads the bundle as Lambda does while it initialises, and sends it nothing. */
function initialise(stores: AwsServer, settingsFile: string): ChildProcess {
  const bundle = join(folder, 'dist', 'rollback', 'index.js');
  const environment = {
    PATH: process.env['PATH'],
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'a-secret-key',
    AWS_ENDPOINT_URL: stores.endpoint,
    WEIGHTLESS_STAGE: 'test',
    WEIGHTLESS_TABLE: 'weightless',
    WEIGHTLESS_SETTINGS_PATH: PATH,
    WEIGHTLESS_SETTINGS_FILE: settingsFile,
  };
  const child = spawn(process.execPath, ['-e', `require(${JSON.stringify(bundle)}); setInterval(() => {}, 1000)`], {
    env: environment,
    cwd: folder,
    stdio: 'ignore',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const targets = ({ asked }: AwsServer) => asked.map(({ headers }) => headers['x-amz-target']);
const settingsOf = (endpoint: string) => ({
  clusters: [{ name: 'test', endpoint, token: { secret: 'cluster-token' } }],
  tokens: [{ name: 'test', sha256: '0'.repeat(64), scope: 'alerts' }],
});

describe('the rollback function, while Lambda initialises it and nothing has been sent', () => {
  test('reads its settings and the token of their cluster, and begins TLS with it', async () => {
    const { endpoint, greetings } = await startCluster();
    const stores = await startStores(settingsOf(endpoint));

    initialise(stores, join(folder, 'not-there.json'));

    await vi.waitFor(() => expect(greetings).toEqual([TLS_HANDSHAKE]), { timeout: 15_000 });
    expect(targets(stores)).toEqual(['AmazonSSM.GetParametersByPath', 'secretsmanager.GetSecretValue']);
  });

  test('does so for the cluster of its package without waiting for its settings', async () => {
    const { endpoint, greetings } = await startCluster();
    const stores = await startStores(undefined);
    const file = join(folder, 'settings.json');
    await writeFile(file, JSON.stringify(settingsOf(endpoint)));

    initialise(stores, file);

    await vi.waitFor(() => expect(greetings).toEqual([TLS_HANDSHAKE]), { timeout: 15_000 });
    expect(new Set(targets(stores))).toEqual(
      new Set(['AmazonSSM.GetParametersByPath', 'secretsmanager.GetSecretValue']),
    );
  });
});
