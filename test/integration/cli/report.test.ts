import { afterEach, expect, test } from 'vitest';
import { type LocalServer, startHttpServer } from '#cli/local/http-server.ts';
import { createReportHandler } from '#functions/report/create-handler.ts';
import { parseReport } from '#shared/contracts/report.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { aRollbackRecord, FIRED_AT } from '#test/builders/rollback-record.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';
import { REPORT_TOKENS, reportService } from '#test/doubles/report-service.ts';
import { runCli } from './cli-process.ts';

const servers: LocalServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

function aRolledBack(overrides: Partial<RollbackRecord> = {}): RollbackRecord {
  const { supersededBy, ...record } = aRollbackRecord({ outcome: 'rolled-back', reason: undefined, ...overrides });
  return record;
}

/** The report function over HTTP, an hour after the rollbacks that it knows. */
async function serve(...records: readonly RollbackRecord[]): Promise<Record<string, string>> {
  const { store, clock, write } = reportService(FIRED_AT + 3_600_000);
  await write(...(records.length > 0 ? records : [aRolledBack()]));
  const { dayLog, rollbackList } = store;
  const settings = async () => ({ tokens: REPORT_TOKENS, sla: 60_000, slaObjective: 0.99, clusters: [] });
  const deps = { settings, rollbackLog: store, rollbackList, dayLog, clock, log: recordingLog() };
  const server = await startHttpServer(createReportHandler(deps), 0);
  servers.push(server);
  return { WEIGHTLESS_URL: server.url, WEIGHTLESS_TOKEN: 'read' };
}

test('weightless report writes JSON where nobody looks', async () => {
  const { code, stdout } = await runCli(['report', '--window', '7d'], { env: await serve() });

  expect(code).toBe(0);
  expect(parseReport(JSON.parse(stdout))).toMatchObject({ window: { name: '7d' }, total: { episodes: { met: 1 } } });
});

test('weightless report --table writes what a person reads', async () => {
  const { stdout } = await runCli(['report', '--table', '--cluster', 'production-eu'], { env: await serve() });

  expect(stdout).toMatch(/Rollback SLA, .*, cluster production-eu/);
  expect(stdout).toMatch(/Alert to zero p50 +4 s/);
});

test('weightless report --csv writes CSV', async () => {
  const { stdout } = await runCli(['report', '--csv'], { env: await serve() });

  expect(stdout).toMatch(/^about,from,to,day,.*\r\nwindow,2026-02-03T/);
});

test('weightless report says what windows there are', async () => {
  const { code, stderr } = await runCli(['report', '--window', '5d'], { env: await serve() });

  expect(code).toBe(1);
  expect(stderr).toMatch(/window takes 24h, 7d, 30d, 90d/);
});

const idOf = (start: string) => start.padEnd(64, '0');
const { timeline, sla } = aRollbackRecord();
const FAST = aRolledBack({ id: idOf('fa57'), sla: { ...sla, alertToZeroMs: 50 } });
const MISSED = aRolledBack({
  id: idOf('315ed'),
  outcome: 'refused',
  reason: 'other-version',
  timeline: { ...timeline, receivedAt: timeline.receivedAt + 1000 },
  sla: { ...sla, count: 'missed' },
});

test.each([
  [['--missed'], ['315ed0000000']],
  [['--outcome', 'rolled-back'], ['fa5700000000']],
  [['--from', '2026-03-04T05:06:12Z'], ['315ed0000000']],
  [['--to', '2026-03-04T05:06:12Z'], ['fa5700000000']],
  [['--cursor', `2026-03-04T05:06:12.000Z#${MISSED.id}`], ['fa5700000000']],
  [[], ['315ed0000000', 'fa5700000000']],
])('weightless list %s lists those, with as much of their ids as show takes', async (args, ids) => {
  const env = await serve(FAST, MISSED);

  const { code, stdout } = await runCli(['list', ...args], { env });

  const [, ...rows] = stdout.trimEnd().split('\n');
  expect(code).toBe(0);
  expect(rows.map((row) => row.split(' ').at(-1))).toEqual(ids);
});

test('weightless list tells a short time as the report does, and how to go on', async () => {
  const env = await serve(FAST, MISSED);

  const { stdout } = await runCli(['list', '--limit', '1'], { env });
  const [, cursor = ''] = /^There may be older ones: add --cursor (\S+)$/m.exec(stdout) ?? [];
  const next = await runCli(['list', '--limit', '1', '--cursor', cursor], { env });

  expect(stdout).toContain('315ed0000000');
  expect(next.stdout).toMatch(/rolled-back +50 ms .* fa5700000000$/m);
});

test('weightless show takes the beginning of an id', async () => {
  const env = await serve(FAST, MISSED);

  const { stdout } = await runCli(['show', '315ed000'], { env });
  const none = await runCli(['show', '315ed001'], { env });
  const short = await runCli(['show', '315ed'], { env });

  expect(stdout).toMatch(new RegExp(`^id +${MISSED.id}$`, 'm'));
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('that begins with 315ed001') });
  expect(short.stderr).toContain('404: No rollback has this id (64 hex digits): "315ed"');
});
