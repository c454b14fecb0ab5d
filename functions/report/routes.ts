import openApi from '#infra/openapi.json' with { type: 'json' };
import { type HttpResponse, json } from '#shared/runtime/http.ts';
import { getReport } from './get-report.ts';
import { getRollback, listRollbacks } from './list-rollbacks.ts';
import type { ReportFunctionDeps, RouteContext } from './report-deps.ts';
import { showReport, showRollback } from './show-page.ts';

type Handle = (context: RouteContext, deps: ReportFunctionDeps) => Promise<HttpResponse>;

const WHOLE: Readonly<Record<string, Handle>> = {
  '/': showReport,
  '/v1/report': getReport,
  '/v1/rollbacks': listRollbacks,
  '/openapi.json': async () => json(200, openApi),
};
const BY_ID: Readonly<Record<string, (id: string, ...rest: Parameters<Handle>) => Promise<HttpResponse>>> = {
  '/rollbacks/': showRollback,
  '/v1/rollbacks/': getRollback,
};

/** As API Gateway and the OpenAPI document write them; all are GET. */
export const REPORT_ROUTES: readonly string[] = [
  ...Object.keys(WHOLE),
  ...Object.keys(BY_ID).map((path) => `${path}{id}`),
];

/** What answers a path, if anything does. A table of six needs no router. */
export function routeOf(path: string): Handle | undefined {
  if (Object.hasOwn(WHOLE, path)) return WHOLE[path];
  const slash = path.lastIndexOf('/') + 1;
  const [before, id] = [path.slice(0, slash), decode(path.slice(slash))];
  const handle = Object.hasOwn(BY_ID, before) ? BY_ID[before] : undefined;
  return handle && id ? (context, deps) => handle(id, context, deps) : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
