import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import { aRawAlert, aWebhook } from '#test/builders/alert.ts';
import { functionLogs } from './function-logs.ts';
import { rolledBack } from './roles/effects.ts';
import { stackOf } from './stack.ts';

const stack = stackOf(inject('world'));
const { urlOf, world } = stack;

/** What a sender is told in the end: a 503 means to come again, as after settings that may be older than its token. */
async function post(output: string, token: string, body: unknown): Promise<number> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const { status } = await fetch(urlOf(output), { method: 'POST', headers, body: JSON.stringify(body) });
  if (status !== 503) return status;
  await sleep(1000);
  return post(output, token, body);
}

const watchdog = aWebhook([aRawAlert({ labels: { alertname: 'Watchdog', severity: 'none' } })]);

describe('the gateway of the deployed stack', () => {
  test('takes alerts and heartbeats of who has the token for them, and of nobody else', async () => {
    const statuses = [
      await post('WebhookUrl', world.alertsToken, aWebhook([])),
      await post('HeartbeatUrl', world.alertsToken, watchdog),
      await post('WebhookUrl', world.readToken, aWebhook([])),
      await post('HeartbeatUrl', 'nobody', watchdog),
    ];

    expect(statuses).toEqual([200, 200, 403, 401]);
    expect(await functionLogs(world.env)).toContain('HeartbeatReceived');
  });

  test('shows the last rollbacks to who may read, and to nobody else', async () => {
    const namespace = await rolledBack(stack);

    const page = await fetch(urlOf('ReportUrl'), { headers: { authorization: `Bearer ${world.readToken}` } });
    const refused = await fetch(urlOf('ReportUrl'));

    expect([page.status, refused.status]).toEqual([200, 401]);
    expect(await page.text()).toContain(`payment-svc.${namespace}.svc.cluster.local/v2`);
  });

  test('says that the service is well, and on which settings it runs', async () => {
    const response = await fetch(urlOf('WebhookUrl').replace('/v1/alerts', '/healthz'));

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok', settings: { origin: 'parameters', stale: false } });
  });
});
