import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createReportHandler } from '#functions/report/create-handler.ts';
import type { TokenSettings } from '#shared/contracts/settings.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { type RollbackLog, StoreFault } from '#shared/ports/rollback-log.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import { anHttpEvent } from '#test/builders/http-event.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';

const tokens: TokenSettings[] = [
  { name: 'reader', sha256: createHash('sha256').update('read-me').digest('hex'), scope: 'read' },
  { name: 'alertmanager', sha256: createHash('sha256').update('alert-me').digest('hex'), scope: 'alerts' },
];
const asReader = { authorization: `Basic ${Buffer.from('anyone:read-me').toString('base64')}` };

function handlerOver(recent: RollbackLog['recent'], settings = async () => ({ tokens })) {
  const unused = () => Promise.reject(new Error('not asked'));
  const rollbackLog: RollbackLog = { recent, read: unused, commit: unused, ofFiring: unused, unfinished: unused };
  return createReportHandler({ settings, rollbackLog, clock: systemClock, log: recordingLog() });
}

function get(records: readonly RollbackRecord[], headers: Record<string, string> = asReader, path = '/') {
  const handler = handlerOver(async () => records);
  return handler(anHttpEvent({ method: 'GET', path, headers }), { signal: AbortSignal.timeout(5000) });
}

describe('the page of the last rollbacks', () => {
  it('asks a browser for the password', async () => {
    const { statusCode, headers } = await get([], { authorization: '' });

    expect(statusCode).toBe(401);
    expect(headers?.['www-authenticate']).toMatch(/^Basic realm=/);
  });

  it('is not for a token that may only send alerts', async () => {
    const { statusCode, body } = await get([], { authorization: 'Bearer alert-me' });

    expect(statusCode).toBe(403);
    expect(body).toContain('its scope must be read');
  });

  it('shows weights before and after, the timeline, and what to do', async () => {
    const record = aRollbackRecord({
      outcome: 'refused',
      reason: 'sole-destination',
      commands: [{ does: 'show it', run: 'kubectl get virtualservice' }],
      weights: [
        {
          virtualService: 'shop/pay',
          route: 'users',
          before: [{ to: 'pay/v2', weight: 99 }],
          after: [{ to: 'pay/v2', weight: 0 }],
        },
      ],
    });

    const { statusCode, body } = await get([record]);

    expect(statusCode).toBe(200);
    expect(body).toContain('refused: sole-destination');
    expect(body).toMatch(/<td>pay\/v2<\/td><td class="n">99<\/td><td class="n">0<\/td>/);
    expect(body).toContain('<code>kubectl get virtualservice</code>');
    expect(body).toMatch(/<li>fired <time datetime="/);
  });

  it('escapes what comes from outside, and lets no script run', async () => {
    const hostile = '<script>alert("1")</script>&\'';
    const record = aRollbackRecord({ message: hostile, canary: hostile, virtualServices: [hostile], cluster: hostile });

    const { headers, body } = await get([record]);

    expect(body).not.toContain('<script');
    expect(body).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
    expect(headers?.['content-security-policy']).toContain("default-src 'none'");
  });

  it('names the hash of the very style that it carries', async () => {
    const { headers, body } = await get([]);

    const style = /<style>([\s\S]*)<\/style>/.exec(body ?? '')?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers?.['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
  });

  it('says that nothing has been rolled back yet', async () => {
    const { body } = await get([]);

    expect(body).toContain('Nothing has been rolled back yet');
  });

  it('answers 503 where the store does not answer', async () => {
    const handler = handlerOver(() => Promise.reject(new StoreFault('down')));

    const { statusCode } = await handler(anHttpEvent({ method: 'GET', path: '/', headers: asReader }), {
      signal: AbortSignal.timeout(5000),
    });

    expect(statusCode).toBe(503);
  });

  it('answers 503, never 401, where the tokens cannot be loaded', async () => {
    const handler = handlerOver(
      async () => [],
      () => Promise.reject(new Error('no settings')),
    );

    const { statusCode } = await handler(anHttpEvent({ method: 'GET', path: '/' }), {
      signal: AbortSignal.timeout(5000),
    });

    expect(statusCode).toBe(503);
  });

  it.each([
    ['GET', '/nothing', 404],
    ['POST', '/', 405],
  ])('answers %s %s with %i', async (method, path, expected) => {
    const handler = handlerOver(async () => []);

    const { statusCode } = await handler(anHttpEvent({ method, path, headers: asReader }), {
      signal: AbortSignal.timeout(5000),
    });

    expect(statusCode).toBe(expected);
  });
});
