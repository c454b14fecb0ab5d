import { askService } from '#shared/adapters/notify/ask-service.ts';
import type { Post } from '#shared/adapters/notify/http-post.ts';
import { type PagerdutyCall, pagerdutyCalls, resolved } from '#shared/domain/notify/format-pagerduty.ts';
import type { ChannelMemory } from '#shared/ports/notification-log.ts';
import { type News, type Notifier, NotifierFault } from '#shared/ports/notifier.ts';

export type PagerdutyOptions = {
  readonly routingKey: string;
  readonly region: 'us' | 'eu';
  /** Which rollbacks are over. */
  readonly over: ChannelMemory;
  readonly post?: Post | undefined;
  readonly timeoutMs?: number | undefined;
};

const ORIGINS = { us: 'https://events.pagerduty.com', eu: 'https://events.eu.pagerduty.com' };

/** PagerDuty Events v2. */
export function pagerdutyNotifier(options: PagerdutyOptions): Notifier {
  const { region, over, post, timeoutMs } = options;
  const routingKey = checkKey(options.routingKey);

  async function send({ path, body }: PagerdutyCall, signal: AbortSignal): Promise<string> {
    const service = { name: 'PagerDuty', post, timeoutMs, saidIn: (text: string) => text.replaceAll(routingKey, '…') };
    const { answered } = await askService(service, {
      url: new URL(path, ORIGINS[region]),
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ routing_key: routingKey, ...body }),
      signal,
    });
    return answered;
  }

  /** Events have no order: what is late must not open an alert that nobody would ever resolve. */
  async function endIfOver({ event, notice }: News, signal: AbortSignal): Promise<void> {
    const overAt = await over.read(notice.rollbackId, signal);
    if (overAt === undefined || overAt < event.time) return;
    for (const call of resolved(notice)) await send(call, signal);
  }

  return {
    async notify(news, signal) {
      const calls = pagerdutyCalls(news.notice);
      const { event, notice } = news;
      if (event.type === 'AlertResolved') await over.keep(notice.rollbackId, event.time, signal);
      let answered = 'PagerDuty has no event for this';
      for (const call of calls) answered = await send(call, signal);
      if (calls.some(({ body }) => 'event_action' in body && body.event_action === 'trigger')) {
        await endIfOver(news, signal);
      }
      return { kind: calls.length > 0 ? 'told' : 'nothing', answered };
    },
  };
}

function checkKey(text: string): string {
  const key = text.trim();
  if (/^[A-Za-z0-9]{32}$/.test(key)) return key;
  const message = 'The routing key of PagerDuty is none (32 letters and digits): correct it where it is kept';
  throw new NotifierFault(message, { retryable: false, unauthorized: true });
}
