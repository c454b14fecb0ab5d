import { askService } from '#shared/adapters/notify/ask-service.ts';
import type { Post } from '#shared/adapters/notify/http-post.ts';
import { webhookUrl } from '#shared/adapters/notify/webhook-url.ts';
import { formatGoogleChat } from '#shared/domain/notify/format-google-chat.ts';
import type { Notifier } from '#shared/ports/notifier.ts';

export type GoogleChatOptions = {
  readonly url: string;
  readonly post?: Post | undefined;
  readonly timeoutMs?: number | undefined;
};

/** A webhook of a Google Chat space. */
export function googleChatNotifier({ url, post, timeoutMs }: GoogleChatOptions): Notifier {
  const space = webhookUrl('google-chat', url, 'Google Chat');
  return {
    async notify({ event, notice }, signal) {
      const to = new URL(space);
      to.searchParams.set('messageReplyOption', 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD');
      // Sent again, it is the same message.
      to.searchParams.set('requestId', event.id);
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const body = JSON.stringify(formatGoogleChat(notice));
      const { answered } = await askService(
        { name: 'Google Chat', post, timeoutMs },
        { url: to, headers, body, signal },
      );
      return { kind: 'told', answered };
    },
  };
}
