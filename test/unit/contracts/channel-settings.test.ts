import { describe, expect, it } from 'vitest';
import { NotifySchema, secretsOf } from '#shared/contracts/channel-settings.ts';

const secret = { secret: 'weightless/channels', key: 'one' };
const parameter = { parameter: '/weightless-secrets/one' };
const topicArn = 'arn:aws:sns:eu-central-1:123456789012:rollbacks';

const CHANNELS = [
  { name: 'a', type: 'slack', url: parameter },
  { name: 'b', type: 'slack', token: secret, channel: 'C0123456789' },
  { name: 'c', type: 'slack', token: secret, channel: '#releases' },
  { name: 'd', type: 'pagerduty', routingKey: secret, region: 'eu' },
  { name: 'e', type: 'teams', url: parameter },
  { name: 'f', type: 'google-chat', url: parameter },
  { name: 'g', type: 'sns', topicArn },
  { name: 'h', type: 'webhook', url: 'https://hooks.example.com/x', signingKey: secret },
  { name: 'i', type: 'webhook', url: parameter },
];

const problemsOf = (...channels: readonly unknown[]) => {
  const parsed = NotifySchema.safeParse({ channels });
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('the channels of the settings', () => {
  it('are of six types, each with what it needs', () => {
    expect(NotifySchema.parse({ channels: CHANNELS }).channels).toEqual(CHANNELS);
  });

  it('are none unless they are named', () => {
    expect(NotifySchema.parse({})).toEqual({ channels: [] });
  });

  it('say which secrets they need', () => {
    const { channels } = NotifySchema.parse({ channels: CHANNELS });

    expect(channels.map((one) => secretsOf(one))).toEqual([
      [parameter],
      [secret],
      [secret],
      [secret],
      [parameter],
      [parameter],
      [],
      [secret],
      [parameter],
    ]);
  });

  it('are in the region of the United States of PagerDuty unless they say another', () => {
    const { channels } = NotifySchema.parse({ channels: [{ name: 'p', type: 'pagerduty', routingKey: secret }] });

    expect(channels).toMatchObject([{ region: 'us' }]);
  });

  it('may filter by type, severity and service', () => {
    const filter = { types: ['RollbackFailed'], severities: ['critical'], services: ['payment-svc.production'] };

    expect(problemsOf({ name: 'a', type: 'teams', url: parameter, filter })).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a webhook of Slack as it is',
      { name: 'a', type: 'slack', url: 'https://hooks.slack.com/services/T/B/x' },
      /not the value/,
    ],
    ['a routing key as it is', { name: 'a', type: 'pagerduty', routingKey: 'R'.repeat(32) }, /not the value/],
    ['Slack without anything', { name: 'a', type: 'slack' }, /either url/],
    [
      'Slack with a webhook and a bot',
      { name: 'a', type: 'slack', url: secret, token: secret, channel: '#x' },
      /either url/,
    ],
    ['a bot without a channel', { name: 'a', type: 'slack', token: secret }, /either url/],
    ['a channel of Slack that is none', { name: 'a', type: 'slack', token: secret, channel: 'releases' }, /or #name/],
    ['a type that there is not', { name: 'a', type: 'opsgenie', url: secret }, /0.type/],
    [
      'a filter by an event that there is not',
      { name: 'a', type: 'sns', topicArn, filter: { types: ['Rollback'] } },
      /filter.types/,
    ],
    ['a filter that lets nothing through', { name: 'a', type: 'sns', topicArn, filter: { types: [] } }, /filter.types/],
    ['a topic that is none', { name: 'a', type: 'sns', topicArn: 'rollbacks' }, /ARN of a standard SNS topic/],
    ['a FIFO topic', { name: 'a', type: 'sns', topicArn: `${topicArn}.fifo` }, /ARN of a standard SNS topic/],
    ['a name with capital letters', { name: 'On call', type: 'sns', topicArn }, /expected a name/],
    ['what a type does not have', { name: 'a', type: 'teams', url: secret, token: secret }, /Unrecognized key/],
    ['plain http', { name: 'a', type: 'webhook', url: 'http://hooks.example.com' }, /https/],
  ])('are not %s', (_, channel, problem) => {
    expect(problemsOf(channel).join('\n')).toMatch(problem);
  });

  it('have names of their own', () => {
    const [one] = CHANNELS;

    expect(problemsOf(one, one)).toEqual(['channels: expected every channel to have a name of its own']);
  });
});
