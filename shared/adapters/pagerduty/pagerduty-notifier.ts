import { askService } from '#shared/adapters/notify/ask-service.ts';
import type { Post } from '#shared/adapters/notify/http-post.ts';
import { overUntil, type PagerdutyCall, pagerdutyCalls, resolve } from '#shared/domain/notify/format-pagerduty.ts';
import type { Notice } from '#shared/domain/notify/notice.ts';
import type { ChannelMemory } from '#shared/ports/notification-log.ts';
import { type Notifier, NotifierFault } from '#shared/ports/notifier.ts';

export type PagerdutyOptions = {
  readonly routingKey: string;
  readonly region: 'us' | 'eu';
  /** When its alerts were opened and over, as events have no order. */
  readonly memory: ChannelMemory;
  readonly post?: Post | undefined;
  readonly timeoutMs?: number | undefined;
};

const OPENED_SINCE = 'PagerDuty was told of worse since then: nothing is resolved';
const ORIGINS = { us: 'https://events.pagerduty.com', eu: 'https://events.eu.pagerduty.com' };

/** PagerDuty Events v2. */
export function pagerdutyNotifier(options: PagerdutyOptions): Notifier {
  const { region, memory, post, timeoutMs } = options;
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

  /** Whether all that has opened an alert is over, by the times of what we were told, in whatever order. */
  async function isOver(key: string, signal: AbortSignal): Promise<boolean> {
    const over = await memory.read(overKey(key), signal);
    if (over === undefined) return false;
    const opened = await memory.read(openKey(key), signal);
    return opened === undefined || opened <= over;
  }

  /** What is late must not open an alert that nobody would ever resolve. */
  async function open(call: PagerdutyCall, key: string, at: string, signal: AbortSignal): Promise<string> {
    await memory.raise(openKey(key), at, signal);
    const answered = await send(call, signal);
    if (!(await isOver(key, signal))) return answered;
    await send(resolve(key), signal);
    return `${answered}; it was over by then, and is resolved`;
  }

  /** Nor must what is late resolve one that was opened since. */
  async function end(call: PagerdutyCall, key: string, until: string, signal: AbortSignal): Promise<string> {
    await memory.raise(overKey(key), until, signal);
    const opened = await memory.read(openKey(key), signal);
    return opened !== undefined && opened > until ? OPENED_SINCE : await send(call, signal);
  }

  function tell(call: PagerdutyCall, notice: Notice, signal: AbortSignal): Promise<string> {
    const { body } = call;
    if (!('event_action' in body)) return send(call, signal);
    return body.event_action === 'trigger'
      ? open(call, body.dedup_key, notice.time, signal)
      : end(call, body.dedup_key, overUntil(notice), signal);
  }

  return {
    async notify({ notice }, signal) {
      if (notice.about === 'report') return { kind: 'nothing', answered: 'PagerDuty is told of no report' };
      const answers: string[] = [];
      for (const call of pagerdutyCalls(notice)) answers.push(await tell(call, notice, signal));
      const answered = answers.findLast((one) => one !== OPENED_SINCE) ?? answers.at(-1);
      if (answered === undefined) return { kind: 'nothing', answered: 'PagerDuty has no event for this' };
      return { kind: answered === OPENED_SINCE ? 'nothing' : 'told', answered };
    },
  };
}

function openKey(key: string): string {
  return `open ${key}`;
}

function overKey(key: string): string {
  return `over ${key}`;
}

function checkKey(text: string): string {
  const key = text.trim();
  if (/^[A-Za-z0-9]{32}$/.test(key)) return key;
  const message = 'The routing key of PagerDuty is none (32 letters and digits): correct it where it is kept';
  throw new NotifierFault(message, { retryable: false, unauthorized: true });
}
