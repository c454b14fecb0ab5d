import { StoreFault } from '#shared/ports/rollback-log.ts';
import { authorize } from '#shared/runtime/authorize.ts';
import { type HttpResponse, methodOf, pathOf, problem } from '#shared/runtime/http.ts';
import type { HttpHandler } from '#shared/runtime/http-function.ts';
import type { ReportFunctionDeps } from './report-deps.ts';
import { routeOf } from './routes.ts';

export type { ReportFunctionDeps } from './report-deps.ts';

/** All that is read: the report and the rollbacks, as pages for a browser and as data. */
export function createReportHandler(deps: ReportFunctionDeps): HttpHandler {
  return async function handleReport(event, { signal }) {
    const path = pathOf(event);
    const route = routeOf(path);
    if (!route) return problem(404, `There is no ${path.slice(0, 200)} here; see /openapi.json`);
    if (methodOf(event) !== 'GET') return problem(405, `${path.slice(0, 200)} takes GET`, {}, { allow: 'GET' });
    const allowed = await authorize(event, { scopes: ['read', 'operate'], challenge: 'Basic' }, deps);
    if (allowed.kind === 'refused') return allowed.response;
    return route({ event, settings: allowed.settings, signal }, deps).catch((fault) => answerFault(fault, deps));
  };
}

function answerFault(fault: unknown, { log }: ReportFunctionDeps): HttpResponse {
  if (!(fault instanceof StoreFault)) throw fault;
  log.error('The rollbacks cannot be read', { cause: fault.message });
  return problem(503, 'The store of the rollbacks does not answer; try again');
}
