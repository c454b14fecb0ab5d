import { describe, expect, inject, test, vi } from 'vitest';
import * as z from 'zod';
import { parseReport } from '#shared/contracts/report.ts';
import { aRawAlert, aWebhook } from '#test/builders/alert.ts';
import { functionLogs } from './function-logs.ts';
import { rolledBack } from './incidents.ts';
import { httpRoutes } from './list-plainly.ts';
import { stackOf } from './stack.ts';
import { CLUSTERS } from './world-settings.ts';

const stack = stackOf(inject('world'));
const { read, world } = stack;

const watchdog = aWebhook([aRawAlert({ labels: { alertname: 'Watchdog', severity: 'none' } })]);

describe('the gateway of the deployed stack', () => {
  test('takes alerts and heartbeats of who has the token for them, and of nobody else', async () => {
    const asked = [
      ['/v1/alerts', world.alertsToken, aWebhook([])],
      ['/v1/heartbeat', world.alertsToken, watchdog],
      ['/v1/alerts', world.readToken, aWebhook([])],
      ['/v1/alerts', world.operateToken, aWebhook([])],
      ['/v1/heartbeat', 'nobody', watchdog],
      ['/v1/alerts', undefined, aWebhook([])],
    ] as const;

    const answers = await Promise.all(
      asked.map(([path, token, body]) => stack.askUntilSure(path, { ...(token ? { token } : {}), body })),
    );

    // Who may operate may also say what an alert says.
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 200, 401, 401]);
    expect(await functionLogs(world.env)).toContain('HeartbeatReceived');
  });

  test('says that the service is well, and on which settings it runs', async () => {
    const { status, body } = await stack.ask('/healthz');

    expect({ status, body }).toEqual({
      status: 200,
      body: { status: 'ok', settings: { origin: 'parameters', stale: false } },
    });
  });
});

describe('what may be read of the deployed stack', () => {
  test('is for the scopes read and operate, and for nobody else', async () => {
    const namespace = await rolledBack(stack);
    const [record] = await stack.records(namespace);
    const paths = [
      '/',
      `/rollbacks/${record?.id}`,
      '/v1/report',
      '/v1/rollbacks',
      `/v1/rollbacks/${record?.id}`,
      '/openapi.json',
    ];
    const given = [undefined, 'nobody', world.alertsToken, world.readToken, world.operateToken];
    const statuses: number[][] = [];

    for (const path of paths) {
      const answers = given.map((token) => stack.ask(path, token ? { token } : {}));
      statuses.push((await Promise.all(answers)).map(({ status }) => status));
    }
    const sure = given.map((token) => stack.askUntilSure('/v1/report', token ? { token } : {}));

    // Of a token that its settings do not let in, a function says so only when it has read them anew.
    const [no, notYet] = [expect.toBeOneOf([401, 503]), expect.toBeOneOf([403, 503])];
    expect(statuses).toEqual(paths.map(() => [401, no, notYet, 200, 200]));
    expect((await Promise.all(sure)).map(({ status }) => status)).toEqual([401, 401, 403, 200, 200]);
  });

  test('is shown to a browser that gives the token as its password', async () => {
    const namespace = await rolledBack(stack);
    const [record] = await stack.records(namespace);
    const password = Buffer.from(`anyone:${world.readToken}`).toString('base64');

    const refused = await stack.ask('/');
    const page = await stack.ask('/', { headers: { authorization: `Basic ${password}` } });
    const own = await stack.ask(`/rollbacks/${record?.id}`, { headers: { authorization: `Basic ${password}` } });

    expect(refused.headers.get('www-authenticate')).toContain('Basic');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.text).toContain(`href="/rollbacks/${record?.id}"`);
    expect(own.text).toContain(`payment-svc.${namespace}.svc.cluster.local`);
  });

  test('tells of a rollback, what the SLA made of it, and how soon people were told', async () => {
    const namespace = await rolledBack(stack);
    const ofIt = `window=24h&cluster=${CLUSTERS.first}&namespace=${namespace}`;
    await vi.waitFor(
      async () =>
        expect(await stack.records(namespace)).toMatchObject([{ timeline: { notifiedAt: expect.any(Number) } }]),
      { timeout: 60_000, interval: 200 },
    );

    const report = await read(`/v1/report?${ofIt}`);
    const csv = await stack.ask(`/v1/report?${ofIt}`, { token: world.readToken, headers: { accept: 'text/csv' } });
    const list = await read(`/v1/rollbacks?cluster=${CLUSTERS.first}&namespace=${namespace}`);

    const [record] = await stack.records(namespace);
    const told = Number(record?.timeline['notifiedAt']) - Number(record?.timeline.firedAt);
    expect(report).toMatchObject({ status: 200, body: { total: { rollbacks: { total: 1 }, attainment: 1 } } });
    expect(report.body).toMatchObject({ total: { episodes: { met: 1, missed: 0 }, alertToNotified: { count: 1 } } });
    // Percentiles are kept in buckets of 2 %.
    const { p50Ms = Number.NaN } = parseReport(report.body).total.alertToNotified ?? {};
    expect(Math.abs(p50Ms - told)).toBeLessThanOrEqual(told * 0.02);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    const [head = '', ...rows] = csv.text.trimEnd().split('\r\n');
    expect(head.split(',').slice(0, 3)).toEqual(['about', 'from', 'to']);
    expect(rows.filter((row) => row.startsWith('service,'))).toEqual([expect.stringContaining(namespace)]);
    expect(list).toMatchObject({
      status: 200,
      body: { rollbacks: [{ rollbackId: record?.id, outcome: 'rolled-back' }] },
    });
  });

  test('is told page by page', async () => {
    const namespaces = [await rolledBack(stack), await rolledBack(stack), await rolledBack(stack)];
    const found: string[] = [];
    let next: string | undefined = '';

    for (let pages = 0; pages < 20 && next !== undefined && found.length < 3; pages += 1) {
      const from = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
      const page = Page.parse((await read(`/v1/rollbacks?limit=1${from}`)).body);
      found.push(...page.rollbacks.map(({ canary }) => canary));
      next = page.next;
    }

    const canaries = namespaces.map((namespace) => `payment-svc.${namespace}.svc.cluster.local/v2`);
    expect(found).toEqual(canaries.reverse());
  });

  test('is described by a document that has every route of the deployed API, and no other', async () => {
    const { paths } = Document.parse((await read('/openapi.json')).body);

    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(await httpRoutes(world.env));
  });
});

const Page = z.object({ rollbacks: z.array(z.object({ canary: z.string() })), next: z.optional(z.string()) });
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
