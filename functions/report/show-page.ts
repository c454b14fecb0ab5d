import type { Html } from '#shared/runtime/html.ts';
import type { HttpResponse } from '#shared/runtime/http.ts';
import { askedReport } from './get-report.ts';
import { noSuchRollback } from './list-rollbacks.ts';
import { CONTENT_SECURITY_POLICY } from './pages/document.ts';
import { reportPage } from './pages/report-page.ts';
import { rollbackPage } from './pages/rollback-page.ts';
import type { ReportFunctionDeps, RouteContext } from './report-deps.ts';

const MAX_RECENT = 50;

/** `GET /`: the report for a browser. */
export async function showReport(context: RouteContext, deps: ReportFunctionDeps): Promise<HttpResponse> {
  const [asked, recent] = await Promise.all([
    askedReport(context, deps),
    deps.rollbackLog.recent(MAX_RECENT, context.signal),
  ]);
  return asked.kind === 'wrong' ? asked.response : page(reportPage(asked.query, recent, deps.clock.now()));
}

/** `GET /rollbacks/{id}` */
export async function showRollback(
  id: string,
  { settings, signal }: RouteContext,
  { rollbackLog, clock }: ReportFunctionDeps,
): Promise<HttpResponse> {
  const found = (await rollbackLog.read([id], undefined, signal)).rollbacks.get(id);
  if (!found) return noSuchRollback(id);
  const cluster = settings.clusters.find(({ name }) => name === found.cluster);
  return page(rollbackPage(found, clock.now(), cluster?.context));
}

function page({ markup }: Html): HttpResponse {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
  return { statusCode: 200, headers, body: markup };
}
