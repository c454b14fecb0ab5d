import { askService } from '#shared/adapters/notify/ask-service.ts';
import type { Post } from '#shared/adapters/notify/http-post.ts';
import { webhookUrl } from '#shared/adapters/notify/webhook-url.ts';
import { formatTeams } from '#shared/domain/notify/format-teams.ts';
import type { Notifier } from '#shared/ports/notifier.ts';

export type TeamsOptions = {
  readonly url: string;
  readonly post?: Post | undefined;
  readonly timeoutMs?: number | undefined;
};

/** A workflow of Microsoft Teams that posts what a webhook brings. It answers 202 before it has posted. */
export function teamsNotifier({ url, post, timeoutMs }: TeamsOptions): Notifier {
  const to = webhookUrl('teams', url, 'Teams');
  return {
    async notify({ notice }, signal) {
      // Without a charset the size has been counted as UTF-16, which halves it.
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const body = JSON.stringify(formatTeams(notice));
      const { answered } = await askService({ name: 'Teams', post, timeoutMs }, { url: to, headers, body, signal });
      return { kind: 'told', answered };
    },
  };
}
