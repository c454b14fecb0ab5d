import { createHash } from 'node:crypto';
import type { Settings } from '#shared/contracts/settings.ts';
import { type RollbackLog, StoreFault } from '#shared/ports/rollback-log.ts';
import { type AuthorizeDeps, authorize } from '#shared/runtime/authorize.ts';
import { type HttpResponse, methodOf, pathOf, problem } from '#shared/runtime/http.ts';
import type { HttpHandler } from '#shared/runtime/http-function.ts';
import { page } from './page.ts';
import { STYLE } from './style.ts';

export type ReportFunctionDeps = AuthorizeDeps<Pick<Settings, 'tokens'>> & { readonly rollbackLog: RollbackLog };

const MAX_ROLLBACKS = 50;

/** No script, no other origin, nobody's frame: labels come from outside. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `GET /`: the last rollbacks, for a browser. */
export function createReportHandler(deps: ReportFunctionDeps): HttpHandler {
  return async function handleReport(event, { signal }) {
    if (pathOf(event) !== '/') return problem(404, 'There is no such page');
    if (methodOf(event) !== 'GET') return problem(405, 'The page takes GET', {}, { allow: 'GET' });
    const allowed = await authorize(event, { scopes: ['read', 'operate'], challenge: 'Basic' }, deps);
    return allowed.kind === 'refused' ? allowed.response : lastRollbacks(deps, signal);
  };
}

async function lastRollbacks(
  { rollbackLog, clock, log }: ReportFunctionDeps,
  signal: AbortSignal,
): Promise<HttpResponse> {
  try {
    return document(page(await rollbackLog.recent(MAX_ROLLBACKS, signal), clock.now()).markup);
  } catch (fault) {
    if (!(fault instanceof StoreFault)) throw fault;
    log.error('The rollbacks cannot be read', { cause: fault.message });
    return problem(503, 'The store of the rollbacks does not answer; try again');
  }
}

function document(body: string): HttpResponse {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
  return { statusCode: 200, headers, body };
}
