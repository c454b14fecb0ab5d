import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Settings } from '#shared/contracts/settings.ts';
import { MAX_ALERTS, type ParsedWebhook, parseWebhook } from '#shared/contracts/webhook.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { RollbackLog } from '#shared/ports/rollback-log.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';
import { authenticate } from '#shared/runtime/authenticate.ts';
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
import { startBudget } from '#shared/steps/budget.ts';
import { recordOutcomes } from '#shared/steps/record-outcomes.ts';
import { rollBackAlerts } from '#shared/steps/roll-back-alerts.ts';
import { answerOf } from './answer.ts';
import { report } from './report.ts';

export type RollbackFunctionDeps = {
  /** Rejects where they cannot be loaded: then nobody is told that a token is wrong. */
  readonly settings: () => Promise<Pick<Settings, 'mode' | 'tokens' | 'alerts' | 'sla' | 'hold'>>;
  readonly clusters: () => Promise<readonly Cluster[]>;
  readonly rollbackLog: RollbackLog;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
};

/** API Gateway lets 10 MB through; a webhook of 5,000 alerts has less than this. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** `POST /v1/alerts` and `GET /healthz`. */
export function createRollbackHandler(deps: RollbackFunctionDeps): HttpHandler {
  const routes: Readonly<Record<string, { readonly method: string; readonly handle: HttpHandler }>> = {
    '/healthz': { method: 'GET', handle: async () => json(200, { status: 'ok' }) },
    '/v1/alerts': { method: 'POST', handle: (event, options) => receiveAlerts(event, options.signal, deps) },
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
  const { clock, log, meter } = deps;
  const receivedAt = clock.now();
  const settings = await deps.settings().catch((cause: unknown) => {
    log.error('The settings cannot be loaded', { cause: String(cause) });
    return undefined;
  });
  if (!settings) return problem(503, 'The settings cannot be loaded; the alert is to be sent again');
  const refused = refuse(event, settings, receivedAt);
  if (refused) {
    meter.count('WebhookRejected', { status: String(refused.statusCode) });
    return refused;
  }
  const parsed = parseWebhook(bodyText(event));
  if (parsed.kind !== 'webhook') {
    const answer = malformed(parsed);
    meter.count('WebhookRejected', { status: String(answer.statusCode) });
    log.warn('A webhook was rejected', { status: answer.statusCode, body: answer.body });
    return answer;
  }
  const { alerts, truncatedAlerts } = parsed.webhook;
  if (truncatedAlerts > 0) {
    log.warn('Alertmanager left alerts out of the webhook: set max_alerts: 0 in its receiver', { truncatedAlerts });
    meter.count('AlertsTruncated');
  }
  const { mode, sla: slaMs, hold: holdMs, alerts: rules } = settings;
  const policy = { rules, mode, clusterLabel: rules.clusterLabel, slaMs, holdMs };
  const budget = startBudget(clock, signal, receivedAt);
  const clusters = await deps.clusters();
  const outcomes = await rollBackAlerts(alerts, {
    clusters,
    policy,
    budget,
    receivedAt,
    onConflict: () => meter.count('ConflictRetries'),
  });
  const delivery = await recordOutcomes(
    outcomes,
    { receivedAt, truncatedAlerts, slaMs },
    { log: deps.rollbackLog, clock },
    signal,
  );
  report(delivery, { log, meter });
  return answerOf(delivery);
}

/** What is wrong with a request before its body is read. */
function refuse(
  event: APIGatewayProxyEventV2,
  { tokens }: Pick<Settings, 'tokens'>,
  now: number,
): HttpResponse | undefined {
  const caller = authenticate(header(event, 'authorization'), tokens, ['alerts', 'operate'], now);
  if (caller.kind === 'unknown') {
    return problem(401, 'Send a valid token: Authorization: Bearer …', {}, { 'www-authenticate': 'Bearer' });
  }
  if (caller.kind === 'out-of-scope')
    return problem(403, `The token ${caller.name} may not send alerts; its scope must be alerts`);
  const type = header(event, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') return problem(415, 'Send Content-Type: application/json, as Alertmanager does');
  if (bodyBytes(event) > MAX_BODY_BYTES) {
    return problem(
      413,
      `The body is over ${MAX_BODY_BYTES} bytes; set max_alerts in the receiver, or group alerts by target`,
    );
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
