import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { MAX_ALERTS, type ParsedWebhook, parseWebhook, type Webhook } from '#shared/contracts/webhook.ts';
import { bodyBytes, bodyText, type HttpResponse, header, problem } from '#shared/runtime/http.ts';

export type ReadBody =
  | { readonly kind: 'read'; readonly webhook: Webhook }
  | { readonly kind: 'rejected'; readonly response: HttpResponse };

/** API Gateway lets 10 MB through; a webhook of 5,000 alerts has less than this. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** The webhook that a request brings, or what to answer instead. */
export function readBody(event: APIGatewayProxyEventV2): ReadBody {
  const wrong = refuseBody(event);
  if (wrong) return { kind: 'rejected', response: wrong };
  const parsed = parseWebhook(bodyText(event));
  if (parsed.kind !== 'webhook') return { kind: 'rejected', response: malformed(parsed) };
  return { kind: 'read', webhook: parsed.webhook };
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
