import { toCloudEvent } from '#shared/contracts/cloud-event.ts';
import { serverUrl } from '#shared/domain/server-url.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { type Notifier, NotifierFault } from '#shared/ports/notifier.ts';
import { signBody } from './sign-body.ts';

export type WebhookOptions = {
  readonly url: string;
  /** Without it nothing is signed. */
  readonly signingKey?: string | undefined;
  /** The stage of the deployment, a part of every event's source. */
  readonly stage: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly timeoutMs?: number;
};

const TIMEOUT_MS = 5000;

/** Posts each event as a CloudEvent in JSON; 2xx is taken, and a redirect is not the receiver. */
export function webhookNotifier(options: WebhookOptions): Notifier {
  const { signingKey, stage, clock, timeoutMs = TIMEOUT_MS } = options;
  const url = checkUrl(options.url);

  function headersOf(body: string): Record<string, string> {
    const timestamp = String(Math.floor(clock.now() / 1000));
    return {
      'content-type': 'application/cloudevents+json',
      'weightless-timestamp': timestamp,
      ...(signingKey === undefined ? {} : { 'weightless-signature': signBody(body, { timestamp, key: signingKey }) }),
    };
  }

  return {
    async notify(event, signal) {
      const body = JSON.stringify(toCloudEvent(event, stage));
      const response = await post(url, {
        body,
        headers: headersOf(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      // Its body says nothing that is needed, and a connection with an unread one is not used again.
      await response.body?.cancel().catch(() => undefined);
      if (!response.ok) throw refusedWith(response.status);
    },
  };
}

type Post = { readonly body: string; readonly headers: Record<string, string>; readonly signal: AbortSignal };

async function post(url: URL, { body, headers, signal }: Post): Promise<Response> {
  try {
    return await fetch(url, { method: 'POST', redirect: 'manual', body, headers, signal });
  } catch (cause) {
    throw new NotifierFault(`The webhook did not answer: ${wordsOf(cause)}`, { retryable: true, cause });
  }
}

/** fetch says "fetch failed", and why in the cause. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}

function refusedWith(status: number): NotifierFault {
  const retryable = status === 429 || status === 408 || status >= 500;
  const words =
    status >= 300 && status < 400
      ? `a redirect (${status}), which is not followed: configure where it leads`
      : String(status);
  return new NotifierFault(`The webhook answered ${words}`, { retryable });
}

/** The settings have checked a URL that they hold, but not one that is kept as a secret. */
function checkUrl(text: string): URL {
  const url = serverUrl(text.trim());
  if (url) return url;
  const message = 'The URL of the webhook is no https:// URL without user and password: correct it where it is kept';
  throw new NotifierFault(message, { retryable: false });
}
