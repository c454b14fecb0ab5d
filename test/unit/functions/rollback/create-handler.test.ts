import { describe, expect, it } from 'vitest';
import { aRawAlert, aWebhook } from '#test/builders/alert.ts';
import { ALERTS_TOKEN, type HttpRequest } from '#test/builders/http-event.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { rollbackService, send, sha256 } from '#test/doubles/rollback-service.ts';

const good = JSON.stringify(aWebhook());
const tokens = [
  { name: 'alertmanager', sha256: sha256(ALERTS_TOKEN), scope: 'alerts' },
  { name: 'reader', sha256: sha256('read-token'), scope: 'read' },
];

type Bad = { readonly what: string; readonly request: HttpRequest; readonly status: number; readonly says: RegExp };

const bad: readonly Bad[] = [
  { what: 'no token', request: { headers: { authorization: '' } }, status: 401, says: /Send a valid token/ },
  {
    what: 'a wrong token',
    request: { headers: { authorization: 'Bearer s3cr3t-typo' } },
    status: 401,
    says: /valid token/,
  },
  {
    what: 'a token of another scope',
    request: { headers: { authorization: 'Bearer read-token' } },
    status: 403,
    says: /reader .* scope must be alerts/,
  },
  {
    what: 'another content type',
    request: { headers: { 'content-type': 'text/plain' } },
    status: 415,
    says: /application\/json/,
  },
  { what: 'no content type', request: { headers: { 'content-type': '' } }, status: 415, says: /application\/json/ },
  {
    what: 'a body over 4 MB',
    request: { body: 'x'.repeat(4 * 1024 * 1024 + 1) },
    status: 413,
    says: /over 4 MB/,
  },
  {
    what: 'a body over 4 MB in base64',
    request: { body: 'A'.repeat(6 * 1024 * 1024), base64: true },
    status: 413,
    says: /over 4 MB/,
  },
  {
    what: 'too many alerts',
    request: { body: JSON.stringify({ version: '4', alerts: Array(5001).fill(0) }) },
    status: 413,
    says: /5001 alerts, at most 5000/,
  },
  { what: 'no body', request: {}, status: 400, says: /"problem":"the body is not JSON"/ },
  { what: 'a body that is not JSON', request: { body: '{' }, status: 400, says: /the body is not JSON/ },
  {
    what: 'a custom payload',
    request: { body: '{"text":"v2 fails"}' },
    status: 400,
    says: /"path":"version".*custom payload/,
  },
  {
    what: 'a bad date',
    request: { body: JSON.stringify(aWebhook([aRawAlert({ startsAt: 'now' })])) },
    status: 400,
    says: /"path":"alerts\[0\]\.startsAt"/,
  },
  { what: 'another method', request: { method: 'GET' }, status: 405, says: /takes POST/ },
  { what: 'a POST of the health', request: { method: 'POST', path: '/healthz' }, status: 405, says: /takes GET/ },
  { what: 'another path', request: { path: '/v1/alert' }, status: 404, says: /There is no \/v1\/alert here/ },
  { what: 'a path of the prototype', request: { path: 'constructor' }, status: 404, says: /There is no/ },
];

describe('bad input', () => {
  it.each(bad)('$what is answered $status, and nothing is touched', async ({ request, status, says }) => {
    const service = rollbackService({ settings: { tokens } });
    const touched: string[] = [];
    const handler = service.gated(async (what) => {
      touched.push(what);
    });

    const answer = await send(handler, request);

    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(says);
    expect(JSON.parse(answer.body)).toHaveProperty('error');
    expect(touched).toEqual([]);
  });

  it('of an unknown sender is neither read nor logged, and its token is nowhere', async () => {
    const service = rollbackService({ settings: { tokens } });
    const body = '{"secret":"in the body"';

    const answer = await send(service.handler(), { headers: { authorization: 'Bearer s3cr3t-typo' }, body });

    const said = JSON.stringify([answer, service.log.lines, [...service.meter.totals]]);
    expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(said).not.toMatch(/s3cr3t|in the body/);
  });

  it('is logged with its status, and counted at the gateway alone: a 4xx is final for Alertmanager', async () => {
    const service = rollbackService({ settings: { tokens } });

    for (const request of [{ headers: { authorization: '' } }, { body: '{' }, { body: '[]' }])
      await send(service.handler(), request);

    expect(service.log.lines.map(({ level, fields }) => [level, fields?.['status']])).toEqual([
      ['warn', 401],
      ['warn', 400],
      ['warn', 400],
    ]);
    expect([...service.meter.totals]).toEqual([]);
  });

  it('is not what settings are that cannot be loaded: nobody is told then that a token is wrong', async () => {
    const service = rollbackService();
    const handler = service.handler({ settings: () => Promise.reject(new Error('no settings')) });

    for (const authorization of ['Bearer wrong', `Bearer ${ALERTS_TOKEN}`]) {
      expect(await send(handler, { headers: { authorization }, body: good })).toMatchObject({ status: 503 });
    }
  });
});

describe('good input', () => {
  it('is taken in base64, with a charset, in another letter case and behind a stage', async () => {
    const requests: HttpRequest[] = [
      { body: Buffer.from(good).toString('base64'), base64: true },
      { body: good, headers: { 'content-type': 'Application/JSON; charset=utf-8' } },
      { body: good, path: '/prod/v1/alerts', stage: 'prod' },
      { body: good, headers: { authorization: `Basic ${Buffer.from(`am:${ALERTS_TOKEN}`).toString('base64')}` } },
    ];

    const answers = await Promise.all(requests.map((request) => send(rollbackService().handler(), request)));

    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(JSON.parse(body).results).toMatchObject([{ outcome: 'rolled-back' }]);
    }
  });

  it('is answered with what the issue asks for, one entry an alert, in the order delivered', async () => {
    const service = rollbackService();
    const ticket = aRawAlert({ fingerprint: 'ticket', labels: { severity: 'ticket' } });

    const { status, body, headers } = await send(service.handler(), {
      body: JSON.stringify(aWebhook([ticket, aRawAlert()])),
    });

    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
    const [record] = await service.records();
    expect(JSON.parse(body)).toEqual({
      results: [
        {
          fingerprint: 'ticket',
          startsAt: '2026-03-04T05:06:07.000Z',
          outcome: 'skipped',
          reason: 'not-an-slo-alert',
          message: expect.stringContaining('alerts.selector'),
        },
        {
          fingerprint: aRawAlert().fingerprint,
          startsAt: '2026-03-04T05:06:07.000Z',
          outcome: 'rolled-back',
          message: 'production/payment-svc: the canary is at zero.',
          rollbackId: record?.id,
          target: {
            cluster: 'production-eu',
            canary: 'payment-svc.production.svc.cluster.local/v2',
            virtualServices: ['production/payment-svc'],
          },
          alertToZeroMs: 4000,
          slaMet: true,
          residual: [expect.objectContaining({ kind: 'header-route', route: 'testers' })],
        },
      ],
    });
  });

  it.each(['../../etc', 'Payment-Svc', 'a b', 'x'.repeat(300), 'a..b', '-a', '%2e%2e'])(
    'with a label that is no Kubernetes name never puts it into a path: %.30j',
    async (service) => {
      const labels = { ...aRawAlert().labels, destination_service_name: service };
      const run = rollbackService();

      const { status, results } = await run.post([aRawAlert({ labels })]);

      expect({ status, results }).toMatchObject({
        status: 200,
        results: [{ outcome: 'skipped', reason: 'invalid-target' }],
      });
      expect(results[0]?.message).toMatch(/destination_service_name is not the name of a service/);
      expect(await run.records()).toEqual([]);
    },
  );

  it('of which Alertmanager left alerts out is recorded so, and warned of', async () => {
    const service = rollbackService();

    await send(service.handler(), { body: JSON.stringify(aWebhook([aRawAlert()], { truncatedAlerts: 3 })) });

    expect(await service.records()).toMatchObject([{ truncatedAlerts: 3 }]);
    expect(service.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: expect.stringContaining('max_alerts'),
        fields: { truncatedAlerts: 3 },
      }),
    );
    expect(service.meter.totals.get('AlertsTruncated')).toBe(3);
  });

  it('from the future is recorded as it is, and marked', async () => {
    const service = rollbackService({ at: FIRED_AT - 60_000 });

    const { status } = await service.post();

    expect(status).toBe(200);
    expect(await service.records()).toMatchObject([{ timeline: { firedAt: FIRED_AT }, sla: { clockSkew: true } }]);
  });

  it('without alerts is answered with no results', async () => {
    expect(await send(rollbackService().handler(), { body: JSON.stringify(aWebhook([])) })).toMatchObject({
      status: 200,
      body: '{"results":[]}\n',
    });
  });
});

describe('the health', () => {
  it('is told to anybody, without a token', async () => {
    const request = { method: 'GET', path: '/healthz', headers: { authorization: '' } };

    expect(await send(rollbackService().handler(), request)).toMatchObject({ status: 200, body: '{"status":"ok"}\n' });
  });
});
