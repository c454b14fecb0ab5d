import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Settings } from '#shared/contracts/settings.ts';
import { MAX_ALERTS, type ParsedWebhook, parseWebhook, type Webhook } from '#shared/contracts/webhook.ts';
import { authorize, type Requirement } from '#shared/runtime/authorize.ts';
import {
  bodyBytes,
  bodyText,
  type HttpResponse,
  header,
  json,
  methodOf,
  pathOf,
  problem,
} from '#shared/runtime/http.ts';
import type { HttpHandler } from '#shared/runtime/http-function.ts';
import { answerOf } from './answer.ts';
import { type HandleWebhookDeps, handleWebhook, type PolicySettings } from './handle-webhook.ts';
import { countHeartbeat } from './heartbeat.ts';

type RollbackSettings = Pick<Settings, 'tokens'> & PolicySettings;

export type RollbackFunctionDeps = HandleWebhookDeps & {
  /** Rejects where they cannot be loaded: then nobody is told that a token is wrong. */
  readonly settings: () => Promise<RollbackSettings>;
};

/** API Gateway lets 10 MB through; a webhook of 5,000 alerts has less than this. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** `POST /v1/alerts`, `POST /v1/heartbeat` and `GET /healthz`. */
export function createRollbackHandler(deps: RollbackFunctionDeps): HttpHandler {
  const routes: Readonly<Record<string, { readonly method: string; readonly handle: HttpHandler }>> = {
    '/healthz': { method: 'GET', handle: async () => json(200, { status: 'ok' }) },
    '/v1/alerts': { method: 'POST', handle: (event, options) => receiveAlerts(event, options.signal, deps) },
    '/v1/heartbeat': { method: 'POST', handle: (event) => receiveHeartbeat(event, deps) },
  };
  return async function handleRollback(event, options) {
    const path = pathOf(event);
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!route) return problem(404, `There is no ${path.slice(0, 200)} here; Alertmanager posts to /v1/alerts`);
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
  const read = await readRequest(event, ['alerts', 'operate'], deps);
  if (read.kind === 'rejected') return read.response;
  return answerOf(await handleWebhook(read.webhook, { receivedAt, settings: read.settings, signal }, deps));
}

/** The alarm of the dead-man's switch watches what is counted here: neither the cluster nor the store is asked. */
async function receiveHeartbeat(event: APIGatewayProxyEventV2, deps: RollbackFunctionDeps): Promise<HttpResponse> {
  const read = await readRequest(event, ['alerts'], deps);
  if (read.kind === 'rejected') return read.response;
  return json(200, { heartbeat: countHeartbeat(read.webhook.alerts, deps) });
}

type ReadRequest =
  | { readonly kind: 'read'; readonly webhook: Webhook; readonly settings: RollbackSettings }
  | { readonly kind: 'rejected'; readonly response: HttpResponse };

/** The webhook of a sender who may post one. */
async function readRequest(
  event: APIGatewayProxyEventV2,
  scopes: Requirement['scopes'],
  deps: RollbackFunctionDeps,
): Promise<ReadRequest> {
  const allowed = await authorize(event, { scopes, challenge: 'Bearer' }, deps);
  if (allowed.kind === 'refused') return rejected(allowed.response, deps);
  const wrong = refuseBody(event);
  if (wrong) return rejected(wrong, deps);
  const parsed = parseWebhook(bodyText(event));
  if (parsed.kind !== 'webhook') return rejected(malformed(parsed), deps);
  return { kind: 'read', webhook: parsed.webhook, settings: allowed.settings };
}

/** A 4xx is final for Alertmanager, so each one is counted: the alarm on it is the only second chance. */
function rejected(response: HttpResponse, { log, meter }: RollbackFunctionDeps): ReadRequest {
  meter.count('WebhookRejected', { status: String(response.statusCode) });
  log.warn('A webhook was rejected', { status: response.statusCode, answer: response.body });
  return { kind: 'rejected', response };
}

/** What is wrong with a body before it is parsed. */
function refuseBody(event: APIGatewayProxyEventV2): HttpResponse | undefined {
  const type = header(event, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') return problem(415, 'Send Content-Type: application/json, as Alertmanager does');
  if (bodyBytes(event) > MAX_BODY_BYTES) {
    return problem(413, `The body is over 4 MB; group alerts by target, so that fewer come at once`);
  }
  return undefined;
}

function malformed(parsed: Exclude<ParsedWebhook, { kind: 'webhook' }>): HttpResponse {
  if (parsed.kind === 'too-many-alerts') {
    return problem(
      413,
      `The webhook has ${parsed.count} alerts, at most ${MAX_ALERTS} are taken; group alerts by target`,
    );
  }
  return problem(400, 'The body is not an Alertmanager webhook, version 4', { problems: parsed.problems });
}
