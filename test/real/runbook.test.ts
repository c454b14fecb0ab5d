import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { restoreCommands } from '#functions/report/pages/restore-commands.ts';
import { clusterFromSettings } from '#shared/adapters/kubernetes/cluster-from-settings.ts';
import { readJournal } from '#shared/contracts/journal.ts';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { ClusterSchema } from '#shared/contracts/settings.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { INCIDENT_SPEC } from '#test/builders/virtual-service.ts';
import { runGuardOf } from '#test/doubles/guard-runs.ts';
import { operateService } from '#test/doubles/operate-service.ts';
import { kube } from './engines/kube-objects.ts';
import { serviceAccountToken } from './engines/kube-rights.ts';
import { kubectlPath } from './engines/kubectl-path.ts';
import { runTool, type ToolResult } from './engines/run-tool.ts';

const FLUX_RECONCILE = 'kustomize.toolkit.fluxcd.io/reconcile';
const HELD = 'weightless/held';
const server = inject('kubeApiserver');
const admin = kube(server);

/** The shell blocks of the page by the name behind `sh`, as they stand there. */
const blocks = new Map<string, string>();
const ran = new Set<string>();
beforeAll(async () => {
  const page = await readFile('docs/runbook.md', 'utf8');
  for (const [, name = '', text = ''] of page.matchAll(/^ *```sh (\S+)\n(.*?)^ *```$/gms)) blocks.set(name, text);
});
afterAll(() => {
  expect(new Set(['setup', ...ran])).toEqual(new Set(blocks.keys()));
});

/** A VirtualService with Flux behind it, and the service that looks after it. */
async function situation() {
  const namespace = await admin.newNamespace();
  const labels = { 'weightless/mode': 'act', 'kustomize.toolkit.fluxcd.io/name': 'apps' };
  const annotations = { 'weightless/canary': 'v2', 'weightless/stable': 'v1' };
  const object = await admin.create({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'payment-svc', namespace, labels, annotations },
    spec: INCIDENT_SPEC,
  });
  const entry = { name: 'real', endpoint: server.url, ca: server.ca, token: { env: 'TOKEN' }, namespaces: [namespace] };
  const environment = { TOKEN: await serviceAccountToken(server) };
  const cluster = clusterFromSettings(ClusterSchema.parse(entry), { environment });
  const folder = await mkdtemp(join(tmpdir(), 'runbook-'));
  onTestFinished(async () => {
    cluster.client.close();
    await rm(folder, { recursive: true });
  });
  const settings = { clusters: [entry] };
  const service = operateService({ at: Date.now(), objects: [], settings, clusters: () => [cluster] });
  const alertLabels = { ...aRawAlert().labels, cluster: 'real', destination_service_namespace: namespace };
  const alert = aRawAlert({ labels: alertLabels, startsAt: new Date(Date.now() - 5000).toISOString() });

  /** Pastes a block into a shell of a person's, after the variables, which name another namespace there. */
  async function paste(name: string, change: (text: string) => string = (text) => text): Promise<ToolResult> {
    ran.add(name);
    const text = [blocks.get('setup'), blocks.get(name)].join('\n').replaceAll('production', namespace);
    return sh(change(text));
  }
  /** Runs a command of alice's. */
  function sh(text: string): Promise<ToolResult> {
    const env = {
      PATH: `${kubectlPath()}:${process.env['PATH']}`,
      HOME: server.dir,
      KUBECONFIG: server.kubeconfigs.admin,
    };
    return runTool('sh', ['-euc', text], { cwd: folder, env: { ...env, USER: 'alice' } });
  }
  const read = async () => parseVirtualService(await admin.get(object));
  const weights = async () => (await read()).spec.http?.[1]?.route?.map(({ weight }) => weight);
  return { service, namespace, object, alert, paste, sh, read, weights, post: () => service.post([alert]) };
}

describe('the runbook', () => {
  test('shows what was done: what is held, the journal, and who wrote', async () => {
    const { post, paste, namespace } = await situation();
    await post();

    const held = await paste('held');
    const journal = await paste('journal');
    const writers = await paste('writers');

    expect(held.output).toMatch(new RegExp(`^${namespace} +payment-svc `, 'm'));
    expect(JSON.parse(journal.output)).toMatchObject({
      entry: 0,
      canary: `payment-svc.${namespace}.svc.cluster.local/v2`,
      state: 'open',
      sent: expect.stringMatching(/^20\d\d-/),
      undo: expect.arrayContaining([{ op: 'add', path: '/spec/http/1/route/1/weight', value: 99 }]),
    });
    expect(writers.output).toMatch(/^20\d\d-\S+ weightless$/m);
  });

  test('shows an empty journal where nothing was done', async () => {
    const { paste } = await situation();

    expect(await paste('journal')).toEqual({ code: 0, output: '' });
  });

  test('rolls back by hand, and a second time refuses what somebody changed in between', async () => {
    const { paste, weights, read } = await situation();

    const look = await paste('look');
    const zero = await paste('zero');
    const again = await paste('zero');
    const after = await weights();
    const repointed = await paste('repoint');
    await paste('flux');

    expect(look.output).toContain('route 1 destination 1: payment-svc/v2 weight 99');
    expect(zero).toMatchObject({ code: 0 });
    expect(again.code).not.toBe(0);
    expect(again.output).toMatch(/the object has been modified/);
    expect(after).toEqual([100, 0]);
    expect(repointed).toMatchObject({ code: 0 });
    const { spec, metadata } = await read();
    expect(spec.http?.[0]?.route?.[0]?.destination.subset).toBe('v1');
    expect(metadata.annotations[FLUX_RECONCILE]).toBe('disabled');
  });

  test('says what reaches the canary, in which share', async () => {
    const { paste, namespace, post } = await situation();
    const mirror = { destination: { host: 'payment-svc', subset: 'v2' }, percentage: { value: 5 } };
    const other = { destination: { host: 'other', subset: 'v2' } };
    await admin.create({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'second', namespace },
      spec: {
        hosts: ['second'],
        http: [{ route: [other], mirrors: [mirror] }],
        tcp: [{ route: [{ destination: { host: `payment-svc.${namespace}.svc.cluster.local`, subset: 'v2' } }] }],
      },
    });

    const before = await paste('reach');
    await post();
    const after = await paste('reach');

    const second = [`${namespace}/second http[0] mirror 5%`, `${namespace}/second tcp[0] all`];
    expect(linesOf(before)).toEqual([
      `${namespace}/payment-svc http[0] all`,
      `${namespace}/payment-svc http[1] 99`,
      ...second,
    ]);
    expect(linesOf(after)).toEqual([
      `${namespace}/payment-svc http[0] all`,
      `${namespace}/payment-svc http[1] 0`,
      ...second,
    ]);
  });

  test('restores what a rollback changed; the service knows of it, and that firing does not act again', async () => {
    const { service, post, paste, read, weights, object } = await situation();
    await post();

    const unchanged = await paste('unchanged');
    const restored = await paste('restore');
    await runGuardOf(service);
    const again = await post();

    expect(unchanged).toEqual({ code: 0, output: 'unchanged\n' });
    expect(restored).toMatchObject({ code: 0 });
    const { metadata, spec } = await read();
    expect(spec).toEqual(parseVirtualService(object).spec);
    expect(metadata.labels).not.toHaveProperty(HELD);
    expect(metadata.annotations).not.toHaveProperty(FLUX_RECONCILE);
    expect(readJournal(await read()).entries).toMatchObject([{ state: 'restored', ended: { by: 'alice' } }]);
    expect(again.results).toMatchObject([{ outcome: 'suggested', reason: 'already-acted' }]);
    expect(await weights()).toEqual([1, 99]);
    expect((await service.events()).map(({ type }) => type)).toContain('RollbackRestored');
  });

  test('restores by what the page of a rollback says for the time when the service is down', async () => {
    const { service, post, sh, read, weights, object } = await situation();
    await post();
    const [record] = await service.records();
    const [ask, undo] = restoreCommands(record ?? aRollbackRecord()).byHand;

    const asked = await sh(ask?.run ?? '');
    const restored = await sh(undo?.run.replace('WHY', 'v2 was not at fault') ?? '');
    const askedAgain = await sh(ask?.run ?? '');
    await runGuardOf(service);

    expect(asked).toEqual({ code: 0, output: 'unchanged\n' });
    expect(restored).toMatchObject({ code: 0 });
    expect(askedAgain.output).toMatch(/^changed since/);
    const { metadata, spec } = await read();
    expect(spec).toEqual(parseVirtualService(object).spec);
    expect(metadata.labels).not.toHaveProperty(HELD);
    expect(metadata.annotations).not.toHaveProperty(FLUX_RECONCILE);
    expect(readJournal(await read()).entries).toMatchObject([
      { state: 'restored', ended: { by: 'alice', why: 'v2 was not at fault' } },
    ]);
    expect(await weights()).toEqual([1, 99]);
  });

  test('says so where the object is not as the rollback left it', async () => {
    const { post, paste, object } = await situation();
    await post();
    await admin.patch(object, { spec: { hosts: ['payment-svc', 'other'] } }, 'merge');

    expect((await paste('unchanged')).output).toMatch(/^changed since/);
  });

  test('releases a hold; the service knows of it', async () => {
    const { service, post, paste, read, weights } = await situation();
    await post();

    const released = await paste('release');
    await runGuardOf(service);

    expect(released).toMatchObject({ code: 0 });
    const { metadata } = await read();
    expect(metadata.labels).not.toHaveProperty(HELD);
    expect(metadata.annotations).not.toHaveProperty(FLUX_RECONCILE);
    expect(readJournal(await read()).entries).toMatchObject([
      { state: 'released', ended: { by: 'alice', why: 'v3 is out' } },
    ]);
    expect(await weights()).toEqual([100, 0]);
    expect((await service.events()).map(({ type }) => type)).toContain('HoldReleased');
  });

  test.each([
    ['observe', { outcome: 'observed' }],
    ['unlabel', { outcome: 'skipped', reason: 'no-managed-virtual-service' }],
  ])('stops Weightless for one object: %s', async (name, said) => {
    const { post, paste, weights } = await situation();

    const stopped = await paste(name);
    const { results } = await post();

    expect(stopped).toMatchObject({ code: 0 });
    expect(results).toMatchObject([said]);
    expect(await weights()).toEqual([1, 99]);
  });

  test('names what gives Weightless its rights: the API server would delete it', async () => {
    const { paste } = await situation();

    // Other tests need them: this is only tried.
    const tried = await paste('rights', (text) => text.replace('kubectl delete', 'kubectl delete --dry-run=server'));

    expect(tried).toMatchObject({ code: 0, output: expect.stringContaining('"weightless" deleted') });
  });
});

function linesOf({ output }: ToolResult): string[] {
  return output.trim().split('\n');
}
