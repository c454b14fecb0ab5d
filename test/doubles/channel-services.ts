import { httpPost, type Post } from '#shared/adapters/notify/http-post.ts';
import { type Posted, type Receiver, type ReceiverParts, startReceiver } from './receiver.ts';

export type ChannelServices = {
  /** Reaches this server wherever it is told to go; the path begins with the host that was meant. */
  readonly post: Post;
  readonly posted: readonly Posted[];
  /** What a host got, as JSON. */
  sentTo(host: string): readonly Record<string, unknown>[];
  stop(): Promise<void>;
};

/** Slack, PagerDuty and all the others on loopback: the channels call them by their real names. */
export async function startChannelServices(answer?: ReceiverParts['answer']): Promise<ChannelServices> {
  const receiver: Receiver = await startReceiver({ answer: answer ?? defaultAnswer });
  const origin = new URL(receiver.url).origin;
  return {
    post: (request) => {
      if (request.url.protocol !== 'https:') throw new Error(`${request.url.protocol} is not what a service speaks`);
      return httpPost({
        ...request,
        url: new URL(`${origin}/${request.url.host}${request.url.pathname}${request.url.search}`),
      });
    },
    posted: receiver.posted,
    sentTo: (host) =>
      receiver.posted.filter(({ path }) => path.startsWith(`/${host}/`)).map(({ body }) => JSON.parse(body)),
    stop: receiver.stop,
  };
}

/** As each of them answers where all is well. */
export function defaultAnswer({ path }: Posted) {
  if (path.startsWith('/slack.com/'))
    return { status: 200, body: JSON.stringify({ ok: true, ts: '1700000000.000100' }) };
  if (path.includes('pagerduty.com/')) return { status: 202, body: '{"status":"success","message":"Event processed"}' };
  if (path.startsWith('/hooks.slack.com/')) return { status: 200, body: 'ok' };
  if (path.startsWith('/chat.googleapis.com/')) return { status: 200, body: '{"name":"spaces/A/messages/B"}' };
  return { status: 202, body: '' };
}
