import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { runTool } from '#test/real/engines/run-tool.ts';
import { SERVICE, virtualService } from '#test/real/incident-world.ts';
import { atWeights, putBack, rolledBack, startIncident } from './incidents.ts';
import { type BusListener, listenToBus } from './listen-to-bus.ts';
import { stackOf } from './stack.ts';
import { CLUSTERS, OPERATOR } from './world-settings.ts';

const WITHIN = { timeout: 150_000, interval: 200 };
const root = fileURLToPath(new URL('../..', import.meta.url));
const stack = stackOf(inject('world'));
const { admin, world, operate } = stack;
let bus: BusListener;
beforeAll(async () => {
  bus = await listenToBus(stack, 'operate');
});

const asked = (namespace: string, reason: string) => ({
  cluster: CLUSTERS.first,
  namespace,
  virtualService: SERVICE,
  reason,
});

/** The types of the events about a namespace once so many have come, and what they say. */
async function heard(namespace: string, count: number) {
  await vi.waitFor(async () => expect(await bus.about(namespace)).toHaveLength(count), WITHIN);
  return (await bus.about(namespace)).map(({ 'detail-type': type, detail }) => ({ type, ...detail.data }));
}

/** `weightless` in a terminal of whoever has this token. */
async function weightless(args: string[], token = world.operateToken) {
  const address = stack.urlOf('ReportUrl');
  const env = { PATH: process.env['PATH'] ?? '', WEIGHTLESS_URL: address, WEIGHTLESS_TOKEN: token };
  return runTool('node', ['cli/launch.cjs', ...args], { cwd: root, env });
}

describe('a rollback by hand, on the deployed stack', () => {
  test('is one patch, one record and one event however often its request comes, with who asked and why', async () => {
    const namespace = await startIncident(stack);
    const headers = { 'idempotency-key': randomUUID() };
    const request = asked(namespace, 'v2 answers nonsense');

    const atOnce = [operate('/v1/rollbacks', request, headers), operate('/v1/rollbacks', request, headers)];
    const first = await Promise.all(atOnce);
    const { metadata } = await admin.get(virtualService(namespace));
    const again = await operate('/v1/rollbacks', request, headers);
    const another = await operate('/v1/rollbacks', { ...request, reason: 'v2 answers no more' }, headers);

    const done = { status: 200, body: { results: [{ outcome: 'rolled-back' }] } };
    expect([...first, again]).toMatchObject([done, done, done]);
    expect(another.status).toBe(422);
    expect(await admin.get(virtualService(namespace))).toMatchObject({
      metadata: { resourceVersion: metadata.resourceVersion, labels: { 'weightless/held': 'true' } },
      ...atWeights(100, 0),
    });
    const requestedBy = { name: OPERATOR, reason: 'v2 answers nonsense' };
    const records = await stack.records(namespace);
    expect(records).toMatchObject([{ outcome: 'rolled-back', requestedBy, sla: { count: 'not-counted' } }]);
    expect(await heard(namespace, 1)).toMatchObject([
      { type: 'RollbackCompleted', rollbackId: records[0]?.id, requestedBy },
    ]);
  });

  test('shows its patch in a dry run and does nothing', async () => {
    const namespace = await startIncident(stack);
    const before = await admin.get(virtualService(namespace));

    const { status, body } = await operate('/v1/rollbacks?dryRun=true', asked(namespace, 'to see'));

    expect({ status, body }).toMatchObject({ status: 200, body: { dryRun: true, patches: [{}] } });
    expect(await admin.get(virtualService(namespace))).toEqual(before);
    expect(await stack.records(namespace)).toEqual([]);
  });

  test('is done in the other cluster once that is there again, by the same request', async () => {
    const namespace = await startIncident(stack, 'second');
    const request = { ...asked(namespace, 'v2 answers nonsense'), cluster: CLUSTERS.second };
    const headers = { 'idempotency-key': randomUUID() };
    await stack.relay('refuse');

    const away = await operate('/v1/rollbacks', request, headers).finally(() => stack.relay('open'));
    const there = await operate('/v1/rollbacks', request, headers);

    expect([away.status, there.status]).toEqual([503, 200]);
    expect(await stack.records(namespace)).toMatchObject([{ outcome: 'rolled-back' }]);
  });
});

describe('a restore, on the deployed stack', () => {
  test('is refused with the difference where the weights were changed since, and done with force', async () => {
    const namespace = await rolledBack(stack);
    const [record] = await stack.records(namespace);
    await putBack(stack, namespace, 5);
    const path = `/v1/rollbacks/${record?.id}/restore`;
    const reason = 'v2 was not at fault';

    const refused = await operate(path, { reason });
    const untouched = await admin.get(virtualService(namespace));
    const forced = await operate(path, { reason, force: true });

    expect(refused).toMatchObject({ status: 409, body: { problems: [{ problem: 'changed' }] } });
    expect(refused.text).toMatch(/users: left .*v2 0, now .*v2 5/);
    expect(untouched).toMatchObject(atWeights(95, 5));
    expect(forced, forced.text).toMatchObject({ status: 200, body: { restored: [`${namespace}/${SERVICE}`] } });
    const after = await admin.get(virtualService(namespace));
    expect(after).toMatchObject(atWeights(1, 99));
    expect(after.metadata.labels).not.toHaveProperty('weightless/held');
    const [restored] = await stack.records(namespace);
    const end = { virtualService: `${namespace}/${SERVICE}`, by: OPERATOR, why: reason };
    expect(restored).toMatchObject({ outcome: 'rolled-back', history: [{ kind: 'restored', ...end }] });
    const events = await heard(namespace, 2);
    expect(events.find(({ type }) => type === 'RollbackRestored')).toMatchObject({ rollbackId: record?.id, ...end });
  });

  test('is shown and done by the command in a terminal', async () => {
    const namespace = await rolledBack(stack);
    const [record] = await stack.records(namespace);
    const id = record?.id ?? '';

    const tried = await weightless(['restore', id, '--dry-run']);
    const untouched = await admin.get(virtualService(namespace));
    const refused = await weightless(['restore', id, '--reason', 'of no concern', '--yes'], world.readToken);
    const done = await weightless(['restore', id, '--reason', 'v2 was not at fault', '--yes']);
    const shown = await weightless(['show', id], world.readToken);

    expect([tried.code, refused.code, done.code, shown.code], JSON.stringify([tried, refused, done, shown])).toEqual([
      0, 1, 0, 0,
    ]);
    expect(untouched).toMatchObject(atWeights(100, 0));
    expect(refused.output).toContain('403');
    expect(await admin.get(virtualService(namespace))).toMatchObject(atWeights(1, 99));
    expect(shown.output).toContain('v2 was not at fault');
  });
});

describe('a release, on the deployed stack', () => {
  test('ends the hold and leaves the weights, with who did it and why', async () => {
    const namespace = await rolledBack(stack);
    const path = `/v1/holds/${CLUSTERS.first}/${namespace}/${SERVICE}/release`;

    const released = await operate(path, { reason: 'v3 is out' });
    const again = await operate(path, { reason: 'v3 is out' });

    const [record] = await stack.records(namespace);
    expect(released).toMatchObject({ status: 200, body: { released: true, rollbackIds: [record?.id] } });
    expect(again).toMatchObject({ status: 200, body: { released: false } });
    const after = await admin.get(virtualService(namespace));
    expect(after).toMatchObject(atWeights(100, 0));
    expect(after.metadata.labels).not.toHaveProperty('weightless/held');
    const end = { virtualService: `${namespace}/${SERVICE}`, by: OPERATOR, why: 'v3 is out' };
    expect(record).toMatchObject({ outcome: 'rolled-back', history: [{ kind: 'released', ...end }] });
    const events = await heard(namespace, 2);
    expect(events.find(({ type }) => type === 'HoldReleased')).toMatchObject({ rollbackId: record?.id, ...end });
  });

  test.each([
    ['encoded', encodeURIComponent],
    ['as they are', (name: string) => name],
  ])('takes a cluster whose name holds slashes, %s', async (_how, write) => {
    const name = 'arn:aws:eks:eu-central-1:000000000000:cluster/production';

    const { status, text } = await operate(`/v1/holds/${write(name)}/shop/${SERVICE}/release`, { reason: 'to see' });

    expect({ status, text }).toEqual({ status: 404, text: expect.stringContaining(`no cluster \\"${name}\\"`) });
  });
});

describe('what changes something', () => {
  test('is for the scope operate, and for nobody else', async () => {
    const namespace = await rolledBack(stack);
    const before = await admin.get(virtualService(namespace));
    const [record] = await stack.records(namespace);
    const reason = 'of no concern';
    const requests = [
      { path: '/v1/rollbacks', body: asked(namespace, reason) },
      { path: `/v1/rollbacks/${record?.id}/restore`, body: { reason, force: true } },
      { path: `/v1/holds/${CLUSTERS.first}/${namespace}/${SERVICE}/release`, body: { reason } },
    ];
    const given = [undefined, 'nobody', world.alertsToken, world.readToken];
    const headers = { 'idempotency-key': randomUUID() };
    const statuses: number[][] = [];

    for (const request of requests) {
      const answers = given.map((token) =>
        stack.ask(request.path, { ...request, headers, ...(token ? { token } : {}) }),
      );
      statuses.push((await Promise.all(answers)).map(({ status }) => status));
    }
    const [{ path, body } = { path: '', body: {} }] = requests;
    const sure = given.map((token) => stack.askUntilSure(path, { body, headers, ...(token ? { token } : {}) }));

    // Of a token that its settings do not let in, a function says so only when it has read them anew.
    const [no, notYet] = [expect.toBeOneOf([401, 503]), expect.toBeOneOf([403, 503])];
    expect(statuses).toEqual(requests.map(() => [401, no, notYet, notYet]));
    expect((await Promise.all(sure)).map(({ status }) => status)).toEqual([401, 401, 403, 403]);
    expect(await admin.get(virtualService(namespace))).toEqual(before);
    expect(await stack.records(namespace)).toMatchObject([{ id: record?.id, outcome: 'rolled-back', history: [] }]);
  });
});
