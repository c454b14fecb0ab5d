import * as z from 'zod/mini';
import { askService } from '#shared/adapters/notify/ask-service.ts';
import type { Post } from '#shared/adapters/notify/http-post.ts';
import { parseJson } from '#shared/contracts/parse-json.ts';
import { formatSlack } from '#shared/domain/notify/format-slack.ts';
import { threadOf } from '#shared/domain/notify/notice.ts';
import type { ChannelMemory } from '#shared/ports/notification-log.ts';
import { type News, type Notifier, NotifierFault } from '#shared/ports/notifier.ts';

export type SlackBotOptions = {
  readonly token: string;
  /** `C…`, or `#name`. */
  readonly channel: string;
  readonly threads: ChannelMemory;
  readonly post?: Post | undefined;
  readonly timeoutMs?: number | undefined;
};

const URL_OF_POST_MESSAGE = new URL('https://slack.com/api/chat.postMessage');
const AnswerSchema = z.object({ ok: z.boolean(), error: z.optional(z.string()), ts: z.optional(z.string()) });
type Answer = z.infer<typeof AnswerSchema>;
type Sent = { readonly answer: Answer; readonly where: keyof typeof WHERE };

const WHERE = {
  first: '',
  'in-thread': ', in the thread',
  anew: ', and begins a new thread: the one before is gone',
} as const;

/** Slack says these with a 200, too. */
const RETRYABLE =
  /^(internal_error|fatal_error|service_unavailable|request_timeout|ratelimited|rate_limited|team_added_to_org)$/;
const GONE = /^(thread_not_found|message_not_found)$/;
const UNAUTHORIZED = /^(invalid_auth|not_authed|token_expired|token_revoked|account_inactive)$/;

/**
 * chat.postMessage. The first news of a rollback begin a thread, and later ones go there; what must wake somebody is
 * shown in the channel, too.
 */
export function slackBotNotifier(options: SlackBotOptions): Notifier {
  const { token, channel, threads, post, timeoutMs } = options;
  const headers = { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token.trim()}` };

  async function send({ notice }: News, thread: string | undefined, signal: AbortSignal): Promise<Answer> {
    const inThread = thread === undefined ? {} : { thread_ts: thread, reply_broadcast: notice.severity === 'critical' };
    const message = { channel, ...formatSlack(notice), ...inThread, unfurl_links: false, unfurl_media: false };
    const request = { url: URL_OF_POST_MESSAGE, headers, body: JSON.stringify(message), signal };
    const { text } = await askService({ name: 'Slack', post, timeoutMs }, request);
    const answer = AnswerSchema.safeParse(parseJson(text));
    if (!answer.success) throw new NotifierFault('Slack answered something that is no answer', { retryable: true });
    return answer.data;
  }

  /** Without a thread once more where somebody has deleted the message that it began with. */
  async function sendInThread(news: News, thread: string | undefined, signal: AbortSignal): Promise<Sent> {
    if (thread === undefined) return { answer: await send(news, undefined, signal), where: 'first' };
    const answer = await send(news, thread, signal);
    if (!GONE.test(answer.error ?? '')) return { answer, where: 'in-thread' };
    return { answer: await send(news, undefined, signal), where: 'anew' };
  }

  return {
    async notify(news, signal) {
      const topic = threadOf(news.notice);
      const { answer, where } = await sendInThread(news, await threads.read(topic, signal), signal);
      const { ok, error, ts } = answer;
      if (!ok) throw refusal(error ?? 'no reason');
      if (ts && where === 'first') await threads.keep(topic, ts, signal);
      // What is posted later has a greater one.
      if (ts && where === 'anew') await threads.raise(topic, ts, signal);
      return { kind: 'told', answered: `Slack answered ok${WHERE[where]}` };
    },
  };
}

function refusal(error: string): NotifierFault {
  const message = `Slack answered ${error.slice(0, 100)}`;
  return new NotifierFault(message, { retryable: RETRYABLE.test(error), unauthorized: UNAUTHORIZED.test(error) });
}
