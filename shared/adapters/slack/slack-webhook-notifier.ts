import { askService } from '#shared/adapters/notify/ask-service.ts';
import type { Post } from '#shared/adapters/notify/http-post.ts';
import { webhookUrl } from '#shared/adapters/notify/webhook-url.ts';
import { formatSlack } from '#shared/domain/notify/format-slack.ts';
import type { Notifier } from '#shared/ports/notifier.ts';

export type SlackWebhookOptions = {
  readonly url: string;
  readonly post?: Post | undefined;
  readonly timeoutMs?: number | undefined;
};

/** A Slack incoming webhook. It has no threads: it does not say which message it made. */
export function slackWebhookNotifier({ url, post, timeoutMs }: SlackWebhookOptions): Notifier {
  const to = webhookUrl('slack', url, 'Slack');
  return {
    async notify({ notice }, signal) {
      const body = JSON.stringify({ ...formatSlack(notice), unfurl_links: false, unfurl_media: false });
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const service = { name: 'Slack', post, timeoutMs, saidIn: (text: string) => text };
      const { answered } = await askService(service, { url: to, headers, body, signal });
      return { kind: 'told', answered };
    },
  };
}
