import { afterEach, expect, test } from 'vitest';
import { type LocalServer, startHttpServer } from '#cli/local/http-server.ts';
import { createReportHandler } from '#functions/report/create-handler.ts';
import { parseReport } from '#shared/contracts/report.ts';
import { aRollbackRecord, FIRED_AT } from '#test/builders/rollback-record.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';
import { REPORT_TOKENS, reportService } from '#test/doubles/report-service.ts';
import { runCli } from './cli-process.ts';

const servers: LocalServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** The report function over HTTP, an hour after the one rollback that it knows. */
async function serve(): Promise<Record<string, string>> {
  const { store, clock, write } = reportService(FIRED_AT + 3_600_000);
  const { supersededBy, ...record } = aRollbackRecord({ outcome: 'rolled-back', reason: undefined });
  await write(record);
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
