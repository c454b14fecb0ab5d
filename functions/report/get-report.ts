import type { Report } from '#shared/contracts/report.ts';
import { type HttpResponse, header, json } from '#shared/runtime/http.ts';
import { makeReport } from '#shared/steps/make-report.ts';
import { DATA_PARAMETERS, type Read, type ReportQuery, readReportQuery } from './read-query.ts';
import { reportCsv } from './report-csv.ts';
import type { ReportFunctionDeps, RouteContext } from './report-deps.ts';

/** `GET /v1/report`: JSON, or CSV for who asks for that. */
export async function getReport(context: RouteContext, deps: ReportFunctionDeps): Promise<HttpResponse> {
  const asked = readReportQuery(context.event, deps.clock.now(), DATA_PARAMETERS);
  if (asked.kind === 'wrong') return asked.response;
  const report = await reportFor(asked.query, context, deps);
  const format = asked.query.format ?? (wantsCsv(header(context.event, 'accept')) ? 'csv' : 'json');
  return format === 'csv' ? csv(report) : json(200, report, { vary: 'accept' });
}

/** The report that the query of the page asks for. */
export async function askedReport(context: RouteContext, deps: ReportFunctionDeps): Promise<Read<Report>> {
  const asked = readReportQuery(context.event, deps.clock.now());
  if (asked.kind === 'wrong') return asked;
  return { kind: 'read', query: await reportFor(asked.query, context, deps) };
}

function reportFor(
  { range, filter }: ReportQuery,
  { settings, signal }: RouteContext,
  { dayLog, clock }: ReportFunctionDeps,
): Promise<Report> {
  const question = { range, filter, objective: settings.slaObjective, targetMs: settings.sla, now: clock.now() };
  return makeReport(question, dayLog, signal);
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
