import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { realCluster } from '#cli/cluster-source.ts';
import { demoObjects, demoWebhook } from '#cli/demo/incident.ts';
import { freePort } from '#cli/local/free-port.ts';
import {
  type KubernetesApi,
  type KubernetesApiOptions,
  startKubernetesApi,
} from '#cli/local/kubernetes-api/start-kubernetes-api.ts';
import { type CliProcess, runCli, startCli } from './cli-process.ts';

const ALERTS_TOKEN = 'the-token-of-the-alerts';
const CLUSTER_TOKEN = 'the-token-of-the-cluster';
const payments = () => api?.objects.get('virtualservices', 'production', 'payment-svc');

let folder: string;
let api: KubernetesApi | undefined;
let cli: CliProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weightless-kubeconfig-'));
});
afterEach(async () => {
  await cli?.end('SIGKILL');
  await api?.close();
  [cli, api] = [undefined, undefined];
  await rm(folder, { recursive: true, force: true });
});

async function startApi(options: KubernetesApiOptions = {}): Promise<string> {
  api = await startKubernetesApi(options);
  for (const object of demoObjects()) api.objects.seed(object);
  return api.url;
}

/** A kubeconfig with two contexts, `test` the current one; JSON is YAML. */
async function kubeconfig(
  server: string,
  cluster: Readonly<Record<string, unknown>> = {},
  name = 'test-cluster',
): Promise<string> {
  const file = join(folder, 'config');
  const context = { cluster: name, user: 'tester' };
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name, cluster: { server, ...cluster } }],
    users: [{ name: 'tester', user: { token: CLUSTER_TOKEN } }],
    contexts: ['test', 'other'].map((one) => ({ name: one, context })),
  };
  await writeFile(file, JSON.stringify(content));
  return file;
}

describe('weightless start --kubeconfig', () => {
  test('rolls back on that cluster when an alert is posted, and plays no incident there', async () => {
    const users = new Map([[CLUSTER_TOKEN, { name: 'weightless', rights: 'all' as const }]]);
    const file = await kubeconfig(await startApi({ users }));
    const port = await freePort();
    cli = startCli(['start', '--kubeconfig', file, '--context', 'other', '--port', String(port)], {
      env: { WEIGHTLESS_ALERTS_TOKEN: ALERTS_TOKEN },
    });
    await cli.said('Ctrl-C');
    const atFirst = payments();

    const response = await fetch(`http://127.0.0.1:${port}/v1/alerts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ALERTS_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(demoWebhook(Date.now())),
    });

    expect(await response.json()).toMatchObject({ results: [{ outcome: 'rolled-back' }] });
    expect(atFirst).toMatchObject({ spec: { http: [{}, { route: [{ weight: 1 }, { weight: 99 }] }] } });
    expect(payments()).toMatchObject({
      spec: { http: [{}, { route: [{ weight: 100 }, { weight: 0 }] }] },
    });
    expect(cli.stdout()).toMatch(/^Cluster +test-cluster, context other of /m);
    expect(cli.stdout() + cli.stderr()).not.toContain(CLUSTER_TOKEN);
  });

  test('writes nothing with --mode observe, and knows the cluster by the name that it is given', async () => {
    const file = await kubeconfig(await startApi());
    const port = await freePort();
    const options = ['--mode', 'observe', '--cluster-name', 'prod-eu', '--port', String(port)];
    cli = startCli(['start', '--kubeconfig', file, '--context', 'other', ...options], {
      env: { WEIGHTLESS_ALERTS_TOKEN: ALERTS_TOKEN },
    });
    await cli.said('Ctrl-C');
    const webhook = demoWebhook(Date.now());
    const atFirst = payments();

    const response = await fetch(`http://127.0.0.1:${port}/v1/alerts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ALERTS_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(webhook).replace('"severity"', '"cluster":"prod-eu","severity"'),
    });

    expect(await response.json()).toMatchObject({ results: [{ outcome: 'observed', target: { cluster: 'prod-eu' } }] });
    expect(payments()).toEqual(atFirst);
  });

  test('ends with one line where nothing answers there', async () => {
    const server = `http://127.0.0.1:${await freePort()}`;

    const { code, stdout, stderr } = await runCli(['start', '--kubeconfig', await kubeconfig(server)]);

    expect(stderr).toMatch(/^weightless: The cluster test-cluster \(\S+\) cannot be used: .+\n$/);
    expect(stderr).toContain(server);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });
});

describe('a kubeconfig', () => {
  test('that is not there is named', async () => {
    const file = join(folder, 'none');

    await expect(realCluster(file, {})).rejects.toMatchObject({
      name: 'CliError',
      message: expect.stringContaining(`Cannot read the kubeconfig ${file}`),
    });
  });

  test('without the context that is asked for is answered with those that it has', async () => {
    const file = await kubeconfig('https://127.0.0.1:1');

    await expect(realCluster(file, { context: 'third' })).rejects.toMatchObject({
      name: 'CliError',
      message: `The kubeconfig ${file} has no context "third"; it has: test, other`,
    });
  });

  test('that would not verify TLS is not used', async () => {
    const file = await kubeconfig('https://127.0.0.1:1', { 'insecure-skip-tls-verify': true });

    await expect(realCluster(file, {})).rejects.toMatchObject({
      name: 'CliError',
      message: expect.stringContaining('Weightless always verifies TLS'),
    });
  });

  test.each([
    ['http://cluster.example.com', 'test-cluster', /"http:\/\/cluster\.example\.com"/],
    ['https://127.0.0.1:1', 'a name with spaces', /"a name with spaces"/],
  ])('that names what the settings could not hold is not used: %s, %s', async (server, name, words) => {
    const file = await kubeconfig(server, {}, name);

    await expect(realCluster(file, {})).rejects.toMatchObject({
      name: 'CliError',
      message: expect.stringMatching(words),
    });
  });

  test.each<[string, KubernetesApiOptions, RegExp]>([
    ['whose token the cluster does not know', { users: new Map() }, /does not accept our credentials/],
    [
      'whose user may not list VirtualServices',
      { users: new Map([[CLUSTER_TOKEN, { name: 'somebody', rights: [] }]]) },
      /somebody.*cannot list.*virtualservices/,
    ],
    ['of a cluster without Istio', { without: ['virtualservices'] }, /VirtualService|Istio/],
  ])('%s is refused in the words of the cluster', async (_, options, words) => {
    const file = await kubeconfig(await startApi(options));

    await expect(realCluster(file, {})).rejects.toMatchObject({
      name: 'CliError',
      message: expect.stringMatching(words),
    });
  });
});
