import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Settings } from '#shared/contracts/settings.ts';
import { authenticate } from '#shared/runtime/authenticate.ts';
import { type AuthorizeDeps, authorize, type Requirement } from '#shared/runtime/authorize.ts';
import { type HttpResponse, header, json, methodOf, pathOf, problem } from '#shared/runtime/http.ts';
import type { HttpHandler } from '#shared/runtime/http-function.ts';
import type { PolicySettings } from '#shared/steps/policy-of.ts';
import { answerOf } from './answer.ts';
import { type HandleWebhookDeps, handleWebhook } from './handle-webhook.ts';
import { countHeartbeat } from './heartbeat.ts';
import { type LookAhead, lookAhead } from './look-ahead.ts';
import { type ReadBody, readBody } from './read-body.ts';
import { type SettingsState, tellHealth } from './tell-health.ts';

type RollbackSettings = Pick<Settings, 'tokens'> & PolicySettings;

export type RollbackFunctionDeps = HandleWebhookDeps &
  AuthorizeDeps<RollbackSettings> & {
    readonly settingsState?: (() => Promise<SettingsState>) | undefined;
  };

const SENDERS: Requirement = { scopes: ['alerts', 'operate'], challenge: 'Bearer' };

/** `POST /v1/alerts`, `POST /v1/heartbeat` and `GET /healthz`. */
export function createRollbackHandler(deps: RollbackFunctionDeps): HttpHandler {
  const routes: Readonly<Record<string, { readonly method: string; readonly handle: HttpHandler }>> = {
    '/healthz': { method: 'GET', handle: () => tellHealth(deps) },
    '/v1/alerts': { method: 'POST', handle: (event, options) => receiveAlerts(event, options.signal, deps) },
    '/v1/heartbeat': { method: 'POST', handle: (event) => receiveHeartbeat(event, deps) },
  };
  return async function handleRollback(event, options) {
    const path = pathOf(event);
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!route)
      return problem(
        404,
        `There is no ${path.slice(0, 200)} here; Alertmanager posts to /v1/alerts, and /openapi.json has the rest`,
      );
    if (methodOf(event) !== route.method)
      return problem(405, `${path} takes ${route.method}`, {}, { allow: route.method });
    return route.handle(event, options);
  };
}

async function receiveAlerts(
  event: APIGatewayProxyEventV2,
  signal: AbortSignal,
  deps: RollbackFunctionDeps,
): Promise<HttpResponse> {
  const receivedAt = deps.clock.now();
  const refreshing = deps.settings();
  // Its failure is told where it is waited for.
  refreshing.catch(() => undefined);
  const { ahead, body } = await readAhead(event, signal, deps);
  const read = await readRequest(event, SENDERS, { ...deps, receivedAt, settings: () => refreshing, body });
  if (read.kind === 'rejected') {
    ahead?.stop();
    return read.response;
  }
  const clusters = async () => {
    const now = await deps.clusters();
    return ahead?.over(now) ?? now;
  };
  const receipt = { receivedAt, settings: read.settings, signal };
  return answerOf(await handleWebhook(read.webhook, receipt, { ...deps, clusters }));
}

/** While a refresh of the settings is waited for: what whoever is known by those at hand wants to be looked at. */
async function readAhead(
  event: APIGatewayProxyEventV2,
  signal: AbortSignal,
  { settingsAtHand, clusters, clock }: RollbackFunctionDeps,
): Promise<{ readonly ahead?: LookAhead; readonly body?: ReadBody }> {
  const atHand = settingsAtHand?.();
  if (!atHand?.stale) return {};
  const { tokens, alerts: rules } = atHand.settings;
  if (authenticate(header(event, 'authorization'), tokens, SENDERS.scopes, clock.now()).kind !== 'known') return {};
  const body = readBody(event);
  if (body.kind === 'rejected') return { body };
  return { body, ahead: lookAhead(body.webhook, { clusters: await clusters(), rules, signal }) };
}

/** The alarm of the dead-man's switch watches what is counted here: neither the cluster nor the store is asked. */
async function receiveHeartbeat(event: APIGatewayProxyEventV2, deps: RollbackFunctionDeps): Promise<HttpResponse> {
  const read = await readRequest(event, { scopes: ['alerts'], challenge: 'Bearer' }, deps);
  if (read.kind === 'rejected') return read.response;
  return json(200, { heartbeat: countHeartbeat(read.webhook.alerts, deps) });
}

type ReadRequest =
  | (Extract<ReadBody, { kind: 'read' }> & { readonly settings: RollbackSettings })
  | Extract<ReadBody, { kind: 'rejected' }>;

/** The webhook of a sender who may post one. */
async function readRequest(
  event: APIGatewayProxyEventV2,
  requirement: Requirement,
  deps: RollbackFunctionDeps & { readonly body?: ReadBody | undefined },
): Promise<ReadRequest> {
  const allowed = await authorize(event, requirement, deps);
  if (allowed.kind === 'refused') return rejected(allowed, deps);
  const body = deps.body ?? readBody(event);
  return body.kind === 'rejected' ? rejected(body, deps) : { ...body, settings: allowed.settings };
}

/** A 4xx is final for Alertmanager. It is counted at the gateway (infra/aws/gateway.yml), which answers some itself. */
function rejected(
  { response }: { readonly response: HttpResponse },
  { log }: RollbackFunctionDeps,
): Extract<ReadBody, { kind: 'rejected' }> {
  log.warn('A webhook was rejected', { status: response.statusCode, answer: response.body });
  return { kind: 'rejected', response };
}
