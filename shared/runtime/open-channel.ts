import type { AwsCaller } from '#shared/adapters/aws/aws-request.ts';
import { googleChatNotifier } from '#shared/adapters/google-chat/google-chat-notifier.ts';
import type { Post } from '#shared/adapters/notify/http-post.ts';
import { pagerdutyNotifier } from '#shared/adapters/pagerduty/pagerduty-notifier.ts';
import { slackBotNotifier } from '#shared/adapters/slack/slack-bot-notifier.ts';
import { slackWebhookNotifier } from '#shared/adapters/slack/slack-webhook-notifier.ts';
import { snsNotifier } from '#shared/adapters/sns/sns-notifier.ts';
import { teamsNotifier } from '#shared/adapters/teams/teams-notifier.ts';
import { webhookNotifier } from '#shared/adapters/webhook/webhook-notifier.ts';
import type { ChannelOf, ChannelSettings } from '#shared/contracts/channel-settings.ts';
import type { SecretReference } from '#shared/contracts/secret-reference.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { ChannelMemory } from '#shared/ports/notification-log.ts';
import type { Notifier } from '#shared/ports/notifier.ts';
import type { Secrets } from '#shared/ports/secrets.ts';

export type OpenChannelDeps = {
  readonly secrets: Secrets;
  readonly aws: Pick<AwsCaller, 'call'>;
  readonly memoryOf: (channel: string) => ChannelMemory;
  readonly stage: string;
  readonly clock: Clock;
  /** Our own HTTP where it is absent. */
  readonly post?: Post | undefined;
};

type Read = (reference: SecretReference) => Promise<string>;

/** A channel of the settings, with what they only refer to. Throws SecretFault and NotifierFault. */
export async function openChannel(
  channel: ChannelSettings,
  deps: OpenChannelDeps,
  signal: AbortSignal,
  { fresh = false }: { readonly fresh?: boolean } = {},
): Promise<Notifier> {
  const { post, aws, memoryOf } = deps;
  const read: Read = (reference) => deps.secrets.read(reference, signal, { fresh });
  switch (channel.type) {
    case 'slack':
      return openSlack(channel, read, deps);
    case 'pagerduty': {
      const { name, region } = channel;
      return pagerdutyNotifier({ routingKey: await read(channel.routingKey), region, memory: memoryOf(name), post });
    }
    case 'teams':
      return teamsNotifier({ url: await read(channel.url), post });
    case 'google-chat':
      return googleChatNotifier({ url: await read(channel.url), post });
    case 'sns':
      return snsNotifier({ aws, topicArn: channel.topicArn });
    case 'webhook':
      return openWebhook(channel, read, deps);
  }
}

async function openSlack(
  { name, url, token, channel }: ChannelOf<'slack'>,
  read: Read,
  { memoryOf, post }: OpenChannelDeps,
): Promise<Notifier> {
  if (url) return slackWebhookNotifier({ url: await read(url), post });
  if (token && channel) return slackBotNotifier({ token: await read(token), channel, threads: memoryOf(name), post });
  // The settings were checked for it.
  throw new TypeError(`The Slack channel ${name} has neither url nor token and channel`);
}

async function openWebhook(
  { url, signingKey }: ChannelOf<'webhook'>,
  read: Read,
  { stage, clock, post }: OpenChannelDeps,
): Promise<Notifier> {
  const [address, key] = await Promise.all([typeof url === 'string' ? url : read(url), signingKey && read(signingKey)]);
  return webhookNotifier({ url: address, signingKey: key, stage, clock, post });
}
