import { describe, expect, it } from 'vitest';
import { REPORT_ROUTES } from '#functions/report/routes.ts';
import openApi from '#infra/openapi.json' with { type: 'json' };
import { parseReport } from '#shared/contracts/report.ts';
import { RollbackViewSchema } from '#shared/contracts/rollback-view.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { aRollbackRecord, FIRED_AT } from '#test/builders/rollback-record.ts';
import { readMarkup } from '#test/doubles/markup.ts';
import { REPORT_TOKENS, reportService } from '#test/doubles/report-service.ts';

const NOW = FIRED_AT + 3_600_000;
const PATHS = REPORT_ROUTES.map((path) => path.replace('{id}', 'a1b2c3'));

function aRolledBack(overrides: Partial<RollbackRecord> = {}): RollbackRecord {
  const { supersededBy, ...record } = aRollbackRecord({ outcome: 'rolled-back', reason: undefined, ...overrides });
  return record;
}

function bodyOf(response: { body?: string | undefined }) {
  return JSON.parse(response.body ?? '');
}

describe('who may read', () => {
  const cases = PATHS.flatMap((path) => [
    ...REPORT_TOKENS.map(({ name }) => [path, `the token ${name}`, `Bearer ${name}`, STATUS[name] ?? 0] as const),
    [path, 'a password', `Basic ${Buffer.from('me:read').toString('base64')}`, 200] as const,
    [path, 'an unknown token', 'Bearer nobody', 401] as const,
    [path, 'nothing', '', 401] as const,
  ]);

  it.each(cases)('GET %s with %s: answered as it should be (%s, %i)', async (path, _who, authorization, status) => {
    const service = reportService(NOW);
    await service.write(aRolledBack());

    const { statusCode, headers } = await service.get(path, { headers: { authorization } });

    expect(statusCode).toBe(status);
    expect(headers?.['cache-control']).toBe('no-store');
    if (status === 401) expect(headers?.['www-authenticate']).toMatch(/^Basic realm=/);
  });

  it.each(PATHS)('%s takes GET alone', async (path) => {
    const { statusCode, headers } = await reportService(NOW).get(path, { method: 'POST' });

    expect(statusCode).toBe(405);
    expect(headers?.['allow']).toBe('GET');
  });

  it.each(['/nothing', '/v1', '/v1/rollbacks/', '/v1/rollbacks/a/b', '/rollbacks', '/rollbacks/%zz', '/constructor'])(
    'there is no %s',
    async (path) => {
      expect((await reportService(NOW).get(path)).statusCode).toBe(404);
    },
  );

  it('is nobody while the tokens cannot be loaded: 503, never 401', async () => {
    const service = reportService(NOW, { settings: () => Promise.reject(new Error('no settings')) });

    expect((await service.get('/')).statusCode).toBe(503);
  });
});

const STATUS: Readonly<Record<string, number>> = { alerts: 403, read: 200, operate: 200, expired: 401 };

describe('the report over HTTP', () => {
  it('is JSON that the contract reads', async () => {
    const service = reportService(NOW);
    await service.write(aRolledBack());

    const report = parseReport(bodyOf(await service.get('/v1/report', { query: { window: '24h' } })));

    expect(report.total.episodes.met).toBe(1);
    expect(report).toMatchObject({ objective: 0.99, targetMs: 60_000, window: { name: '24h' } });
  });

  it('holds what is asked for', async () => {
    const service = reportService(NOW);
    await service.write(
      aRolledBack(),
      aRolledBack({ id: 'b', canary: 'cart.shop.svc.cluster.local', episode: undefined }),
    );

    const { body } = await service.get('/v1/report', { query: { service: 'cart', namespace: 'shop' } });

    const { total, filter, window } = parseReport(JSON.parse(body ?? ''));
    expect([total.rollbacks.total, filter, window.name]).toEqual([1, { namespace: 'shop', service: 'cart' }, '30d']);
  });

  it('is CSV for who asks for that first, with one row for the window, the one before, each day, service and outcome', async () => {
    const service = reportService(NOW);
    await service.write(aRolledBack());

    const { body, headers } = await service.get('/v1/report', {
      query: { window: '7d' },
      headers: { accept: 'text/csv, */*' },
    });

    const [head = '', ...rows] = (body ?? '').trimEnd().split('\r\n');
    expect(headers).toMatchObject({ 'content-type': expect.stringContaining('text/csv'), vary: 'accept' });
    expect(rows.map((row) => row.split(',')[0])).toEqual([
      'window',
      'before',
      ...Array(7).fill('day'),
      'service',
      'outcome',
    ]);
    expect(new Set(rows.map((row) => row.split(',').length))).toEqual(new Set([head.split(',').length]));
  });

  it.each([
    ['csv', 'application/json', 'text/csv; charset=utf-8; header=present'],
    ['json', 'text/csv', 'application/json; charset=utf-8'],
  ])('is %s for who asks for that in the address, whatever the headers accept', async (format, accept, type) => {
    const { headers } = await reportService(NOW).get('/v1/report', { query: { format }, headers: { accept } });

    expect(headers?.['content-type']).toBe(type);
  });

  it('gives no spreadsheet a formula to run', async () => {
    const service = reportService(NOW);
    await service.write(aRolledBack({ cluster: '=HYPERLINK("http://x","a")' }));

    const { body } = await service.get('/v1/report', { headers: { accept: 'text/csv' } });

    expect(body).toContain(`,"'=HYPERLINK(""http://x"",""a"")",`);
  });

  it.each([
    ['/v1/report', { window: '5d' }, /window takes 24h, 7d/],
    ['/v1/report', { windw: '7d' }, /no parameter "windw"; there are window, cluster/],
    ['/', { window: 'x' }, /window takes/],
    ['/v1/report', { format: 'xml' }, /format takes json, csv/],
    ['/', { format: 'csv' }, /no parameter "format"/],
    ['/v1/rollbacks', { sla: 'lost' }, /sla takes met, missed, open, not-counted/],
    ['/v1/rollbacks', { id: 'a1b2c3' }, /id takes what an id begins with: 8 to 64/],
    ['/v1/rollbacks', { limit: '0' }, /limit takes a number from 1 to 1000/],
    ['/v1/rollbacks', { limit: '1e3' }, /limit takes/],
    ['/v1/rollbacks', { outcome: 'levitated' }, /outcome takes pending, skipped/],
    ['/v1/rollbacks', { from: 'yesterday' }, /from takes 2026-03-04 or/],
    ['/v1/rollbacks', { to: '2026-13-01' }, /to takes/],
    ['/v1/rollbacks', { from: '2026-02-30' }, /from takes 2026-03-04 or/],
    ['/v1/rollbacks', { to: '2026-02-30T00:00:00Z' }, /to takes 2026-03-04 or/],
    ['/v1/rollbacks', { cursor: '{}' }, /cursor takes what the page before/],
    ['/v1/rollbacks', { cursor: '2026-02-30T00:00:00.000Z#a' }, /cursor takes what the page before/],
  ])('answers 400 to %s with %j, and says what is allowed', async (path, query, said) => {
    const { statusCode, body } = await reportService(NOW).get(path, { query });

    expect(statusCode).toBe(400);
    expect(JSON.parse(body ?? '').error).toMatch(said);
  });

  it('answers 503 where the store does not answer, and logs why', async () => {
    const away = () => Promise.reject(new StoreFault('down'));
    const service = reportService(NOW, { dayLog: { ...reportService(NOW).store.dayLog, records: away } });

    const { statusCode } = await service.get('/v1/report');

    expect(statusCode).toBe(503);
    expect(JSON.stringify(service.log.lines)).toContain('down');
  });
});

describe('rollbacks over HTTP', () => {
  it.each([
    { to: '9999-12-31T23:59:59-23:59', ids: ['a'] },
    { from: '9999-12-31T23:59:59-23:59', ids: [] },
    { to: '0000-01-01T00:00:00+23:59', ids: [] },
  ])('are asked for by any time: %o', async ({ ids, ...query }) => {
    const service = reportService(NOW);
    const { timeline } = aRollbackRecord();
    await service.write(aRolledBack({ id: 'a', timeline: { ...timeline, receivedAt: FIRED_AT } }));

    const { rollbacks } = bodyOf(await service.get('/v1/rollbacks', { query }));

    expect(rollbacks.map(({ rollbackId }: { rollbackId: string }) => rollbackId)).toEqual(ids);
  });

  it('come in pages, the last received first, each once', async () => {
    const service = reportService(NOW);
    const { timeline } = aRollbackRecord();
    await service.write(
      ...['a', 'b', 'c', 'd', 'e'].map((id, index) =>
        aRolledBack({ id, timeline: { ...timeline, receivedAt: FIRED_AT + index } }),
      ),
    );
    const ids: string[][] = [];
    let cursor: string | undefined;

    do {
      const query = { limit: '2', ...(cursor ? { cursor } : {}) };
      const { rollbacks, next } = bodyOf(await service.get('/v1/rollbacks', { query }));
      ids.push(rollbacks.map(({ rollbackId }: { rollbackId: string }) => rollbackId));
      cursor = next;
    } while (cursor !== undefined);

    expect(ids).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
  });

  it.each([
    [{ cluster: 'us' }, ['b']],
    [{ service: 'cart' }, ['c']],
    [{ namespace: 'shop', outcome: 'refused' }, ['c']],
    [{ sla: 'missed' }, ['c']],
    [{ from: '2026-03-04T05:06:11Z' }, ['d']],
    [{ to: '2026-03-04T05:06:10.500Z' }, ['c', 'b', 'a']],
  ])('are filtered by %j', async (query, ids) => {
    const service = reportService(NOW);
    const at = (ms: number) => ({ ...aRollbackRecord().timeline, receivedAt: FIRED_AT + ms });
    await service.write(
      aRolledBack({ id: 'a', timeline: at(1) }),
      aRolledBack({ id: 'b', cluster: 'us', timeline: at(2) }),
      aRolledBack({
        id: 'c',
        canary: 'cart.shop.svc.cluster.local/v2',
        outcome: 'refused',
        reason: 'other-version',
        sla: { ...aRollbackRecord().sla, count: 'missed' },
        timeline: at(3),
      }),
      aRolledBack({ id: 'd', timeline: at(5000) }),
    );

    const { rollbacks } = bodyOf(await service.get('/v1/rollbacks', { query }));

    expect(rollbacks.map(({ rollbackId }: { rollbackId: string }) => rollbackId)).toEqual(ids);
  });

  it('are found by what their id begins with', async () => {
    const service = reportService(NOW);
    const ids = ['0123456789', '0123456777', '9123456789'];
    await service.write(...ids.map((id) => aRolledBack({ id, episode: undefined })));

    const found = async (id: string) => bodyOf(await service.get('/v1/rollbacks', { query: { id } })).rollbacks.length;

    expect([await found('01234567'), await found('012345678'), await found('12345678')]).toEqual([2, 1, 0]);
  });

  it('are told in the words of the events, with their history', async () => {
    const service = reportService(NOW);
    await service.write(aRollbackRecord());

    const { rollback } = bodyOf(await service.get('/v1/rollbacks/a1b2c3'));

    expect(RollbackViewSchema.parse(rollback)).toEqual(rollback);
    expect(rollback).toMatchObject({
      rollbackId: 'a1b2c3',
      timeline: { firedAt: '2026-03-04T05:06:07.000Z' },
      supersededBy: 'd4e5f6',
    });
    expect(rollback.history[0]).toEqual({
      kind: 'improved',
      at: '2026-03-04T05:06:07.001Z',
      from: { outcome: 'pending', reason: 'conflict' },
    });
  });

  it('are told with every time in ISO 8601, also when people were told, and who put the canary back when', async () => {
    const service = reportService(NOW);
    const { timeline, history } = aRollbackRecord();
    const by = { by: 'flux', virtualService: 'production/payment-svc' };
    await service.write(
      aRolledBack({
        timeline: { ...timeline, notifiedAt: FIRED_AT + 7000, verifiedAt: FIRED_AT + 8000 },
        history: [
          ...history,
          { kind: 'reverted', at: FIRED_AT + 7, number: 1, by: 'flux', writtenAt: FIRED_AT + 5, pages: false },
          { kind: 'restored', at: FIRED_AT + 8, ...by },
          { kind: 'unverified', at: FIRED_AT + 9, requestsPerSecond: 2 },
        ],
      }),
    );

    const { rollback } = bodyOf(await service.get('/v1/rollbacks/a1b2c3'));

    expect(RollbackViewSchema.parse(rollback)).toEqual(rollback);
    expect(rollback.timeline.notifiedAt).toBe('2026-03-04T05:06:14.000Z');
    expect(rollback.history[history.length]).toMatchObject({ kind: 'reverted', writtenAt: '2026-03-04T05:06:07.005Z' });
    expect(JSON.stringify(rollback)).not.toMatch(/:\d{13}\b/);
  });

  it.each(['/v1/rollbacks/nope', '/rollbacks/nope'])('%s is none', async (path) => {
    const { statusCode, body } = await reportService(NOW).get(path);

    expect(statusCode).toBe(404);
    expect(bodyOf({ body }).error).toBe('No rollback has this id (64 hex digits): "nope". Each is kept for 400 days');
  });

  it('never come as more than Lambda can answer', async () => {
    const service = reportService(NOW);
    for (let id = 0; id < 20; id += 1) await service.write(aRolledBack({ id: `r${id}`, message: 'x'.repeat(390_000) }));

    const first = await service.get('/v1/rollbacks');
    const { rollbacks, next } = bodyOf(first);
    const rest = bodyOf(await service.get('/v1/rollbacks', { query: { cursor: next } }));

    expect(Buffer.byteLength(first.body ?? '')).toBeLessThan(6 * 1024 * 1024);
    expect(rollbacks.length + rest.rollbacks.length).toBe(20);
  });
});

describe('the pages', () => {
  it('of a chosen window has no link of ours that is not answered, also where it leaves misses out', async () => {
    const service = reportService(NOW + 86_400_000);
    const { timeline, sla } = aRollbackRecord();
    const missed = { episode: undefined, sla: { ...sla, count: 'missed' as const, met: false } };
    for (let id = 0; id < 25; id += 1) {
      const slow = { ...timeline, zeroedAt: FIRED_AT + 70_000 + id };
      await service.write(aRolledBack({ ...missed, id: `r${id}`, timeline: slow }));
    }

    const { body = '' } = await service.get('/', { query: { window: '2026-03-03/2026-03-04' } });

    const links = readMarkup(body).elements.flatMap(({ attributes }) => attributes.get('href') ?? []);
    const ours = links
      .filter((link) => link.startsWith('/'))
      .map((link) => new URL(link.replaceAll('&amp;', '&'), 'https://weightless.example'));
    const answers = await Promise.all(
      ours.map(async ({ pathname, searchParams }) => {
        const { statusCode } = await service.get(pathname, { query: Object.fromEntries(searchParams) });
        return [pathname, statusCode];
      }),
    );
    expect(answers.filter(([, status]) => status !== 200)).toEqual([]);
    expect(ours.map(({ pathname }) => pathname)).toContain('/v1/rollbacks');
    const all = ours.find(({ pathname }) => pathname === '/v1/rollbacks')?.searchParams;
    const { rollbacks } = bodyOf(await service.get('/v1/rollbacks', { query: Object.fromEntries(all ?? []) }));
    expect(rollbacks).toHaveLength(25);
  });

  it('show the report and a rollback, let no script run, and escape what comes from outside', async () => {
    const service = reportService(NOW);
    const hostile = '<script>alert("1")</script>&\'';
    await service.write(aRolledBack({ message: hostile, virtualServices: [hostile], cluster: hostile }));

    for (const path of ['/', '/rollbacks/a1b2c3']) {
      const { statusCode, headers, body } = await service.get(path);

      expect(statusCode).toBe(200);
      expect(headers?.['content-security-policy']).toContain("default-src 'none'");
      expect(body).not.toContain('<script');
      expect(body).toContain('&lt;script&gt;');
    }
  });
});

describe('the OpenAPI document', () => {
  it('is served', async () => {
    expect(bodyOf(await reportService(NOW).get('/openapi.json'))).toEqual(openApi);
  });
});
