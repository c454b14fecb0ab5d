import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type AuthorizeDeps, authorize } from '#shared/runtime/authorize.ts';
import { type HttpResponse, methodOf, pathOf, problem } from '#shared/runtime/http.ts';
import type { HttpHandler } from '#shared/runtime/http-function.ts';
import type { OperateContext, OperateDeps, OperateSettings } from './operate-deps.ts';
import { release } from './release.ts';
import { restore } from './restore.ts';
import { rollBack } from './roll-back.ts';
import { routeOf } from './route-of.ts';

export type OperateFunctionDeps = OperateDeps & AuthorizeDeps<OperateSettings>;

/**
 * What people do by hand, and what acts for them: `POST /v1/rollbacks`, `POST /v1/rollbacks/{id}/restore` and
 * `POST /v1/holds/{cluster}/{namespace}/{name}/release`, with the scope `operate` only.
 */
export function createOperateHandler(deps: OperateFunctionDeps): HttpHandler {
  return async function handleOperate(event, { signal }) {
    const receivedAt = deps.clock.now();
    const path = pathOf(event);
    const route = routeOf(path);
    if (!route) return nowhere(path.slice(0, 200));
    if (methodOf(event) !== 'POST') return problem(405, `${path.slice(0, 200)} takes POST`, {}, { allow: 'POST' });
    const allowed = await authorize(event, { scopes: ['operate'], challenge: 'Bearer' }, deps);
    if (allowed.kind === 'refused') return allowed.response;
    const dryRun = dryRunOf(event);
    if (dryRun === undefined) return problem(400, 'The only parameter here is dryRun=true, or dryRun=false');
    const { settings, name } = allowed;
    const context: OperateContext = { event, settings, name, receivedAt, dryRun, signal };
    switch (route.kind) {
      case 'roll-back':
        return rollBack(context, deps);
      case 'restore':
        return restore(route.id, context, deps);
      case 'release':
        return release(route, context, deps);
    }
  };
}

function nowhere(path: string): HttpResponse {
  const hold = path.startsWith('/v1/holds/') ? '; it is /v1/holds/CLUSTER/NAMESPACE/VIRTUALSERVICE/release' : '';
  return problem(404, `There is no ${path} here${hold}; see /openapi.json`);
}

/** undefined for what says neither: whoever misspells it does not want it done. */
function dryRunOf({ queryStringParameters }: APIGatewayProxyEventV2): boolean | undefined {
  const { dryRun = 'false', ...others } = queryStringParameters ?? {};
  if (Object.keys(others).length > 0 || !['true', 'false'].includes(dryRun)) return undefined;
  return dryRun === 'true';
}
