import './zod-words.ts';
import * as z from 'zod/mini';
import { SEVERITIES } from '#shared/domain/notify/notice.ts';
import { serverUrl } from '#shared/domain/server-url.ts';
import { EVENT_TYPES } from './events.ts';
import { type SecretReference, SecretReferenceSchema } from './secret-reference.ts';

const isServerUrl = (text: string) => serverUrl(text) !== undefined;

/** Its key in what is remembered of it, and its name in logs and metrics. */
const name = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected a name of a-z, 0-9 and - (32 at most)'));

const some = <T extends z.core.$ZodType>(one: T) => z.optional(z.array(one).check(z.minLength(1)));
const filter = z.optional(
  z.strictObject({
    types: some(z.enum(EVENT_TYPES)),
    severities: some(z.enum(SEVERITIES)),
    /** `payment-svc`, `payment-svc.production`, or a host. */
    services: some(z.string().check(z.minLength(1))),
  }),
);

/** Either of an incoming webhook, or of a bot, which can keep the news of one rollback in one thread. */
const SlackChannelSchema = z
  .strictObject({
    name,
    type: z.literal('slack'),
    filter,
    url: z.optional(SecretReferenceSchema),
    token: z.optional(SecretReferenceSchema),
    channel: z.optional(
      z.string().check(z.regex(/^([CG][A-Z0-9]{6,}|#[^\s#]{1,80})$/, 'expected the id of a channel, or #name')),
    ),
  })
  .check(
    z.refine(
      ({ url, token, channel }) => (url ? !token && !channel : Boolean(token && channel)),
      'expected either url (an incoming webhook) or token and channel (a bot)',
    ),
  );

const PagerdutyChannelSchema = z.strictObject({
  name,
  type: z.literal('pagerduty'),
  filter,
  /** The integration key of the service, of 32 characters. */
  routingKey: SecretReferenceSchema,
  /** The service region of the account. */
  region: z._default(z.enum(['us', 'eu']), 'us'),
});

const TeamsChannelSchema = z.strictObject({ name, type: z.literal('teams'), filter, url: SecretReferenceSchema });

const GoogleChatChannelSchema = z.strictObject({
  name,
  type: z.literal('google-chat'),
  filter,
  url: SecretReferenceSchema,
});

export const TOPIC_ARN = /^arn:aws[-a-z]*:sns:[-a-z0-9]+:\d{12}:[-\w]{1,256}$/;

const SnsChannelSchema = z.strictObject({
  name,
  type: z.literal('sns'),
  filter,
  topicArn: z.string().check(z.regex(TOPIC_ARN, 'expected the ARN of a standard SNS topic')),
});

const URL_OR_REFERENCE =
  'expected an https:// URL (http:// on loopback only) without user and password, or a reference to one: {"secret": …} or {"parameter": …}';

const WebhookChannelSchema = z.strictObject({
  name,
  type: z.literal('webhook'),
  filter,
  /** A URL that is itself a secret is a reference to it. */
  url: z.union([z.string().check(z.refine(isServerUrl, URL_OR_REFERENCE)), SecretReferenceSchema], URL_OR_REFERENCE),
  /** The key of the HMAC-SHA256 that signs what is sent. */
  signingKey: z.optional(SecretReferenceSchema),
});

const ChannelSchema = z.discriminatedUnion('type', [
  SlackChannelSchema,
  PagerdutyChannelSchema,
  TeamsChannelSchema,
  GoogleChatChannelSchema,
  SnsChannelSchema,
  WebhookChannelSchema,
]);
/** One way by which people are told. */
export type ChannelSettings = z.infer<typeof ChannelSchema>;
export type ChannelOf<T extends ChannelSettings['type']> = Extract<ChannelSettings, { type: T }>;

/** `notify` in the settings. */
export const NotifySchema = z.strictObject({
  channels: z._default(
    z.array(ChannelSchema).check(
      z.maxLength(20),
      z.refine(
        (channels) => new Set(channels.map((one) => one.name)).size === channels.length,
        'expected every channel to have a name of its own',
      ),
    ),
    [],
  ),
  /** Where the report is, for links to the page of a rollback; the deployed API where it is not said. */
  pageUrl: z.optional(z.string().check(z.refine(isServerUrl, 'expected an https:// URL'))),
});
export type NotifySettings = z.infer<typeof NotifySchema>;

/** What the secrets of a channel are read by. */
export function secretsOf(channel: ChannelSettings): SecretReference[] {
  switch (channel.type) {
    case 'slack':
      return [channel.url, channel.token].filter((one) => one !== undefined);
    case 'pagerduty':
      return [channel.routingKey];
    case 'teams':
    case 'google-chat':
      return [channel.url];
    case 'sns':
      return [];
    case 'webhook':
      return [channel.url, channel.signingKey].filter((one) => typeof one === 'object');
  }
}
