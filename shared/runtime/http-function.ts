import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Log } from '#shared/ports/telemetry.ts';
import { type HttpResponse, problem } from './http.ts';

export type HttpHandler = (
  event: APIGatewayProxyEventV2,
  options: { readonly signal: AbortSignal },
) => Promise<HttpResponse>;

/** Before Lambda's time-out the signal aborts: this much is left to answer. */
const TIMEOUT_EARLY_MS = 500;

/**
 * The one middy stack of every HTTP function: an abort signal ahead of the time-out, and an answer for faults that
 * nobody foresaw. They are 503, so that Alertmanager sends the alert again; what was done is in the journal.
 */
export function httpFunction(handler: HttpHandler, log: Log) {
  return middy<APIGatewayProxyEventV2, HttpResponse>({ timeoutEarlyInMillis: TIMEOUT_EARLY_MS })
    .onError((request) => {
      request.response = answerUnforeseen(request.error, log);
    })
    .handler((event, _context, { signal }) => handler(event, { signal }));
}

/** Logs it, and asks for the request again. */
export function answerUnforeseen(error: unknown, log: Log): HttpResponse {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  log.error('An unforeseen fault', { fault: message, stack });
  return problem(503, 'An unforeseen fault; it is logged. Send the request again');
}
