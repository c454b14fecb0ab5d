import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Settings } from '#shared/contracts/settings.ts';
import { MAX_ALERTS, type ParsedWebhook, parseWebhook, type Webhook } from '#shared/contracts/webhook.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { RollbackLog } from '#shared/ports/rollback-log.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';
import { authorize } from '#shared/runtime/authorize.ts';
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
import { type RecordedDelivery, recordOutcomes } from '#shared/steps/record-outcomes.ts';
import { rollBackAlerts } from '#shared/steps/roll-back-alerts.ts';
import { answerOf } from './answer.ts';
import { countIgnoredEntries, report } from './report.ts';

type PolicySettings = Pick<Settings, 'mode' | 'tokens' | 'alerts' | 'sla' | 'hold'>;

export type RollbackFunctionDeps = {
  /** Rejects where they cannot be loaded: then nobody is told that a token is wrong. */
  readonly settings: () => Promise<PolicySettings>;
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
  const receivedAt = deps.clock.now();
  const allowed = await authorize(event, { scopes: ['alerts', 'operate'], challenge: 'Bearer' }, deps);
  if (allowed.kind === 'refused') return rejected(allowed.response, deps);
  const wrong = refuseBody(event);
  if (wrong) return rejected(wrong, deps);
  const parsed = parseWebhook(bodyText(event));
  if (parsed.kind !== 'webhook') return rejected(malformed(parsed), deps);
  const delivery = await handleWebhook(parsed.webhook, { receivedAt, settings: allowed.settings, signal }, deps);
  report(delivery, deps);
  return answerOf(delivery);
}

type Receipt = { readonly receivedAt: number; readonly settings: PolicySettings; readonly signal: AbortSignal };

/** The rollback itself: nothing but the Kubernetes API is waited for before the patch. */
async function handleWebhook(
  webhook: Webhook,
  { receivedAt, settings, signal }: Receipt,
  deps: RollbackFunctionDeps,
): Promise<RecordedDelivery> {
  const { clock, log, meter, rollbackLog } = deps;
  const { alerts, truncatedAlerts } = webhook;
  if (truncatedAlerts > 0) {
    log.warn('Alertmanager left alerts out of the webhook: set max_alerts: 0 in its receiver', { truncatedAlerts });
    meter.count('AlertsTruncated', {}, truncatedAlerts);
  }
  const { mode, sla: slaMs, hold: holdMs, alerts: rules } = settings;
  const outcomes = await rollBackAlerts(alerts, {
    clusters: await deps.clusters(),
    policy: { rules, mode, clusterLabel: rules.clusterLabel, slaMs, holdMs },
    budget: startBudget(clock, signal, receivedAt),
    receivedAt,
    onConflict: () => meter.count('ConflictRetries'),
  });
  countIgnoredEntries(outcomes, meter);
  return recordOutcomes(outcomes, { receivedAt, truncatedAlerts, slaMs }, { log: rollbackLog, clock }, signal);
}

/** A 4xx is final for Alertmanager, so each one is counted: the alarm on it is the only second chance. */
function rejected(response: HttpResponse, { log, meter }: RollbackFunctionDeps): HttpResponse {
  meter.count('WebhookRejected', { status: String(response.statusCode) });
  log.warn('A webhook was rejected', { status: response.statusCode, answer: response.body });
  return response;
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
