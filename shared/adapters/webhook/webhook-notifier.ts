import { askService } from '#shared/adapters/notify/ask-service.ts';
import type { Post } from '#shared/adapters/notify/http-post.ts';
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
  readonly post?: Post | undefined;
  readonly timeoutMs?: number | undefined;
};

/** Posts each event as a CloudEvent in JSON; 2xx is taken, and a redirect is not the receiver. */
export function webhookNotifier(options: WebhookOptions): Notifier {
  const { signingKey, stage, clock, post, timeoutMs } = options;
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
    async notify({ event }, signal) {
      const body = JSON.stringify(toCloudEvent(event, stage));
      // What it says is not told: it may be anything.
      const service = { name: 'The webhook', post, timeoutMs };
      const { answered } = await askService(service, { url, body, headers: headersOf(body), signal });
      return { kind: 'told', answered };
    },
  };
}

/** The settings have checked a URL that they hold, but not one that is kept as a secret. */
function checkUrl(text: string): URL {
  const url = serverUrl(text.trim());
  if (url) return url;
  const message = 'The URL of the webhook is no https:// URL without user and password: correct it where it is kept';
  throw new NotifierFault(message, { retryable: false, unauthorized: true });
}
