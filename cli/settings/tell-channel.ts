import type { ChannelSettings } from '#shared/contracts/channel-settings.ts';
import type { SecretReference } from '#shared/contracts/secret-reference.ts';

/** A channel as a row for a person: its name, its type, where it goes, and what it hears of. */
export function tellChannel(channel: ChannelSettings): readonly string[] {
  return [channel.name, channel.type, whereTo(channel), hearsOf(channel)];
}

function whereTo(channel: ChannelSettings): string {
  switch (channel.type) {
    case 'slack':
      return channel.url
        ? `the webhook in ${placeOf(channel.url)}`
        : `${channel.channel ?? ''}, by the token in ${channel.token ? placeOf(channel.token) : ''}`;
    case 'pagerduty':
      return `region ${channel.region}, routing key in ${placeOf(channel.routingKey)}`;
    case 'teams':
    case 'google-chat':
      return `the webhook in ${placeOf(channel.url)}`;
    case 'sns':
      return channel.topicArn;
    case 'webhook':
      return whereOf(channel);
  }
}

function whereOf({ url, signingKey }: Extract<ChannelSettings, { type: 'webhook' }>): string {
  const to = typeof url === 'string' ? new URL(url).origin : `the URL in ${placeOf(url)}`;
  return `${to}, ${signingKey ? `signed with the key in ${placeOf(signingKey)}` : 'not signed'}`;
}

function placeOf(reference: SecretReference): string {
  if ('parameter' in reference) return `the parameter ${reference.parameter}`;
  return `the secret ${reference.secret}${reference.key === undefined ? '' : `, key ${reference.key}`}`;
}

function hearsOf({ filter }: ChannelSettings): string {
  const { types, severities, services } = filter ?? {};
  const words = [
    ...(severities ? [severities.join(', ')] : []),
    ...(types ? [types.join(', ')] : []),
    ...(services ? [`services ${services.join(', ')}`] : []),
  ];
  return words.length === 0 ? 'everything' : words.join('; ');
}
