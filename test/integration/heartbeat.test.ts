import { describe, expect, it } from 'vitest';
import { aRawAlert, aWebhook } from '#test/builders/alert.ts';
import { rollbackService, send } from '#test/doubles/rollback-service.ts';

const watchdog = aRawAlert({ labels: { alertname: 'Watchdog', severity: 'none' } });
const heartbeat = (alerts = [watchdog]) => ({ path: '/v1/heartbeat', body: JSON.stringify(aWebhook(alerts)) });

describe('the heartbeat', () => {
  it('is counted, and needs neither a cluster nor the store', async () => {
    const service = rollbackService();
    const handler = service.handler({ clusters: () => Promise.reject(new Error('no clusters')) });

    const { status, body } = await send(handler, heartbeat());

    expect({ status, body: JSON.parse(body) }).toEqual({ status: 200, body: { heartbeat: true } });
    expect(service.meter.totals).toEqual(new Map([['HeartbeatReceived', 1]]));
    expect(await service.records()).toEqual([]);
  });

  it('is counted once where its group has other alerts, and these are not acted upon', async () => {
    const service = rollbackService();

    await send(service.handler(), heartbeat([aRawAlert(), watchdog, watchdog]));

    expect(service.meter.totals).toEqual(new Map([['HeartbeatReceived', 1]]));
    expect(await service.records()).toEqual([]);
  });

  it.each([
    ['resolved', [{ ...watchdog, status: 'resolved' as const }]],
    ['not there', [aRawAlert()]],
    ['not there, nor any other alert', []],
  ])('is none where the Watchdog is %s, and somebody is told', async (_case, alerts) => {
    const service = rollbackService();

    const { status, body } = await send(service.handler(), heartbeat(alerts));

    expect({ status, body: JSON.parse(body) }).toEqual({ status: 200, body: { heartbeat: false } });
    expect(service.meter.totals).toEqual(new Map());
    expect(service.log.lines).toMatchObject([{ level: 'warn' }]);
  });

  it.each([
    ['401 without a token', { headers: { authorization: '' } }, 401],
    ['400 for what is no webhook', { body: '{}' }, 400],
    ['405 for a GET', { method: 'GET' }, 405],
  ])('is answered %s, and not counted', async (_case, request, status) => {
    const service = rollbackService();

    const answer = await send(service.handler(), { ...heartbeat(), ...request });

    expect(answer.status).toBe(status);
    expect(service.meter.totals.has('HeartbeatReceived')).toBe(false);
  });
});
