import type { Report } from '#shared/contracts/report.ts';
import { type HttpResponse, header, json } from '#shared/runtime/http.ts';
import { makeReport } from '#shared/steps/make-report.ts';
import { type Read, readReportQuery } from './read-query.ts';
import { reportCsv } from './report-csv.ts';
import type { ReportFunctionDeps, RouteContext } from './report-deps.ts';

/** `GET /v1/report`: JSON, or CSV for who asks for that. */
export async function getReport(context: RouteContext, deps: ReportFunctionDeps): Promise<HttpResponse> {
  const asked = await askedReport(context, deps);
  if (asked.kind === 'wrong') return asked.response;
  return wantsCsv(header(context.event, 'accept')) ? csv(asked.query) : json(200, asked.query, { vary: 'accept' });
}

/** The report that the query asks for. */
export async function askedReport(
  { event, settings, signal }: RouteContext,
  { dayLog, clock }: ReportFunctionDeps,
): Promise<Read<Report>> {
  const now = clock.now();
  const asked = readReportQuery(event, now);
  if (asked.kind === 'wrong') return asked;
  const question = { ...asked.query, objective: settings.slaObjective, targetMs: settings.sla, now };
  return { kind: 'read', query: await makeReport(question, dayLog, signal) };
}

/** CSV where it is named and JSON is not named before it. */
function wantsCsv(accept = ''): boolean {
  const types = accept.split(',').map((one) => one.split(';')[0]?.trim().toLowerCase());
  const first = types.find((type) => type === 'text/csv' || type === 'application/json');
  return first === 'text/csv';
}

function csv(report: Report): HttpResponse {
  const name = `rollback-sla-${report.window.from.slice(0, 10)}-${report.window.name}.csv`;
  const headers = {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    vary: 'accept',
  };
  return { statusCode: 200, headers, body: reportCsv(report) };
}
