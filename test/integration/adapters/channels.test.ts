import { afterEach, describe, expect, it } from 'vitest';
import { AwsFault } from '#shared/adapters/aws/aws-fault.ts';
import { retryAfterMs } from '#shared/adapters/notify/retry-after.ts';
import type { ChannelSettings } from '#shared/contracts/channel-settings.ts';
import { NotifierFault } from '#shared/ports/notifier.ts';
import { openChannel } from '#shared/runtime/open-channel.ts';
import { someNews } from '#test/builders/news.ts';
import { channelMemory } from '#test/doubles/channel-memory.ts';
import { type ChannelServices, startChannelServices } from '#test/doubles/channel-services.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';
import type { Answer, Posted, ReceiverParts } from '#test/doubles/receiver.ts';
import { scriptedAws } from '#test/doubles/scripted-aws.ts';

const never = new AbortController().signal;
const secret = { secret: 'weightless/channel' };
const KEY = '0123456789abcdef0123456789ABCDEF';
const TEAMS_URL =
  'https://prod-1.westeurope.logic.azure.com/workflows/1/triggers/manual/paths/invoke?api-version=1&sig=s3cret';

type Case = {
  readonly channel: ChannelSettings;
  readonly value: string;
  readonly service: string;
  readonly path: string;
};
const CASES: readonly Case[] = [
  {
    channel: { name: 'a', type: 'slack', url: secret },
    value: 'https://hooks.slack.com/services/T0/B0/s3cret',
    service: 'Slack',
    path: '/hooks.slack.com/services/T0/B0/s3cret',
  },
  {
    channel: { name: 'b', type: 'slack', token: secret, channel: 'C0123456789' },
    value: 'xoxb-s3cret',
    service: 'Slack',
    path: '/slack.com/api/chat.postMessage',
  },
  {
    channel: { name: 'c', type: 'pagerduty', routingKey: secret, region: 'us' },
    value: KEY,
    service: 'PagerDuty',
    path: '/events.pagerduty.com/v2/enqueue',
  },
  {
    channel: { name: 'd', type: 'pagerduty', routingKey: secret, region: 'eu' },
    value: KEY,
    service: 'PagerDuty',
    path: '/events.eu.pagerduty.com/v2/enqueue',
  },
  {
    channel: { name: 'e', type: 'teams', url: secret },
    value: TEAMS_URL,
    service: 'Teams',
    path: `/${TEAMS_URL.slice('https://'.length)}`,
  },
  {
    channel: { name: 'f', type: 'google-chat', url: secret },
    value: 'https://chat.googleapis.com/v1/spaces/AAA/messages?key=k&token=s3cret',
    service: 'Google Chat',
    path: '/chat.googleapis.com/v1/spaces/AAA/messages?key=k&token=s3cret&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD&requestId=event-1',
  },
  {
    channel: { name: 'g', type: 'webhook', url: 'https://audit.example.com/in' },
    value: '',
    service: 'The webhook',
    path: '/audit.example.com/in',
  },
];
const named = CASES.map((one) => [`${one.channel.type} (${one.channel.name})`, one] as const);

const services: ChannelServices[] = [];
afterEach(async () => {
  for (const one of services.splice(0)) await one.stop();
});

async function opened({ channel, value }: Pick<Case, 'channel' | 'value'>, answer?: ReceiverParts['answer']) {
  const outside = await startChannelServices(answer);
  services.push(outside);
  const aws = scriptedAws(() => '<MessageId>m-1</MessageId>');
  const remembered = channelMemory();
  const deps = {
    secrets: { read: async () => value },
    aws,
    memoryOf: () => remembered,
    stage: 'prod',
    clock: fakeClock(0),
    post: outside.post,
  };
  return { ...outside, aws, remembered, notifier: await openChannel(channel, deps, never) };
}

/** How it failed; a test that sees no failure fails. */
async function faultOf(telling: Promise<unknown>): Promise<NotifierFault> {
  const fault = await telling.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (fault instanceof NotifierFault) return fault;
  throw new Error(`It ended with ${String(fault)}`);
}

const failed = someNews({ type: 'RollbackFailed' });

describe.each(named)('the service behind a channel of %s', (_, one) => {
  it('gets one POST of JSON at its own address, and what it answers is told', async () => {
    const { notifier, posted } = await opened(one);

    const told = await notifier.notify(failed, never);

    expect(posted.map(({ method, path }) => [method, path])).toEqual([['POST', one.path]]);
    expect(posted[0]?.headers['content-type']).toMatch(/json/);
    expect(told.kind).toBe('told');
    expect(told.answered).toMatch(new RegExp(`^${one.service} answered (2\\d\\d|ok)`));
  });

  it.each([
    [429, true],
    [500, true],
    [502, true],
    [503, true],
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [410, false],
    [413, false],
  ])('that answers %s may take it later: %s', async (status, retryable) => {
    const { notifier, posted } = await opened(one, () => status);

    const fault = await faultOf(notifier.notify(failed, never));

    expect(fault.retryable).toBe(retryable);
    expect(fault.unauthorized).toBe([401, 403, 404, 410].includes(status));
    expect(fault.message).toContain(`${one.service} answered ${status}`);
    expect(fault.message).not.toMatch(/s3cret|0123456789abcdef/);
    expect(posted).toHaveLength(1);
  });

  it('that is asked too much says when to come again', async () => {
    const { notifier } = await opened(one, () => ({ status: 429, headers: { 'retry-after': '30' } }));

    expect(await faultOf(notifier.notify(failed, never))).toMatchObject({ retryable: true, retryAfterMs: 30_000 });
  });

  it('that redirects is not followed', async () => {
    const elsewhere = await opened(one);
    const { notifier } = await opened(one, () => ({ status: 307, headers: { location: 'https://evil.example/' } }));

    const fault = await faultOf(notifier.notify(failed, never));

    expect(fault).toMatchObject({ retryable: false, message: expect.stringContaining('not followed') });
    expect(elsewhere.posted).toEqual([]);
  });

  it.each<[string, Answer]>([
    ['breaks the connection', 'reset'],
    ['never answers', 'silence'],
  ])('that %s may take it later', async (_words, answer) => {
    const { notifier } = await opened(one, () => answer);

    const fault = await faultOf(notifier.notify(failed, AbortSignal.timeout(200)));

    expect(fault).toMatchObject({ retryable: true, message: expect.stringContaining(`${one.service} did not answer`) });
  });
});

describe('Slack by a bot', () => {
  const bot = CASES[1] as Case;
  const answering = (body: unknown) => () => ({ status: 200, body: JSON.stringify(body) });

  it('is shown the token in a header alone', async () => {
    const { notifier, posted } = await opened(bot);

    await notifier.notify(failed, never);

    expect(posted[0]?.headers.authorization).toBe('Bearer xoxb-s3cret');
    expect(posted[0]?.body).not.toContain('s3cret');
  });

  it.each([
    ['internal_error', true, false],
    ['ratelimited', true, false],
    ['channel_not_found', false, false],
    ['invalid_blocks', false, false],
    ['token_revoked', false, true],
  ])('that answers 200 and %s may take it later: %s', async (error, retryable, unauthorized) => {
    const { notifier, remembered } = await opened(bot, answering({ ok: false, error }));

    const fault = await faultOf(notifier.notify(failed, never));

    expect(fault).toMatchObject({ retryable, unauthorized, message: `Slack answered ${error}` });
    expect(await remembered.read('a1b2c3', never)).toBeUndefined();
  });

  it('that answers what is no answer may take it later', async () => {
    const { notifier } = await opened(bot, () => ({ status: 200, body: '<html>' }));

    expect(await faultOf(notifier.notify(failed, never))).toMatchObject({ retryable: true });
  });

  it('is told in the channel where the message that began the thread was deleted', async () => {
    const { notifier, sentTo, remembered } = await opened(bot, ({ body }: Posted) => {
      const inThread = 'thread_ts' in JSON.parse(body);
      return {
        status: 200,
        body: JSON.stringify(inThread ? { ok: false, error: 'thread_not_found' } : { ok: true, ts: '2' }),
      };
    });
    await remembered.keep('a1b2c3', '1', never);

    const told = await notifier.notify(failed, never);

    expect(told).toEqual({
      kind: 'told',
      answered: 'Slack answered ok, and begins a new thread: the one before is gone',
    });
    expect(sentTo('slack.com').map((sent) => sent['thread_ts'])).toEqual(['1', undefined]);
    expect(await remembered.read('a1b2c3', never)).toBe('2');
  });

  it('gets what comes after in the thread that began anew, at the first try', async () => {
    const { notifier, sentTo, remembered } = await opened(bot, ({ body }: Posted) => {
      const isGone = JSON.parse(body)['thread_ts'] === '1';
      return {
        status: 200,
        body: JSON.stringify(isGone ? { ok: false, error: 'thread_not_found' } : { ok: true, ts: '2' }),
      };
    });
    await remembered.keep('a1b2c3', '1', never);
    await notifier.notify(failed, never);

    const told = await notifier.notify(someNews({ type: 'AlertResolved' }), never);

    expect(told.answered).toBe('Slack answered ok, in the thread');
    expect(sentTo('slack.com').map((sent) => sent['thread_ts'])).toEqual(['1', undefined, '2']);
  });
});

describe('PagerDuty', () => {
  const pagerduty = CASES[2] as Case;

  it('gets changes at the address for changes', async () => {
    const { notifier, posted } = await opened(pagerduty);

    await notifier.notify(someNews({ type: 'RollbackReverted' }), never);

    expect(posted.map(({ path }) => path)).toEqual(['/events.pagerduty.com/v2/change/enqueue']);
    expect(JSON.parse(posted[0]?.body ?? '')).toMatchObject({
      routing_key: KEY,
      payload: { source: 'weightless/production-eu' },
    });
  });

  it('is not asked where there is nothing to say', async () => {
    const { notifier, posted } = await opened(pagerduty);

    const told = await notifier.notify(someNews({ type: 'RollbackSkipped', data: { outcome: 'observed' } }), never);

    expect(told).toEqual({ kind: 'nothing', answered: 'PagerDuty has no event for this' });
    expect(posted).toEqual([]);
  });

  it('does not repeat in an answer what must stay secret', async () => {
    const { notifier } = await opened(pagerduty, () => ({ status: 400, body: `{"errors":["no key ${KEY}"]}` }));

    const fault = await faultOf(notifier.notify(failed, never));

    expect(fault.message).toBe('PagerDuty answered 400: {"errors":["no key …"]}');
  });
});

describe('a topic of SNS', () => {
  const topicArn = 'arn:aws:sns:eu-west-1:123456789012:rollbacks';

  it('is published to in its own region, with a text for each protocol', async () => {
    const { notifier, aws } = await opened({ channel: { name: 'mail', type: 'sns', topicArn }, value: '' });

    const told = await notifier.notify(failed, never);

    const [asked] = aws.asked;
    const form = Object.fromEntries(new URLSearchParams(asked?.body));
    expect(asked).toMatchObject({ service: 'sns', action: 'Publish', region: 'eu-west-1' });
    expect(form).toMatchObject({
      Action: 'Publish',
      TopicArn: topicArn,
      MessageStructure: 'json',
      'MessageAttributes.entry.1.Name': 'type',
      'MessageAttributes.entry.1.Value.StringValue': 'RollbackFailed',
    });
    expect(Object.keys(JSON.parse(form['Message'] ?? ''))).toEqual(['default', 'sms']);
    expect(form).not.toHaveProperty('MessageGroupId');
    expect(told).toEqual({ kind: 'told', answered: 'SNS took the message m-1' });
  });
});

describe('a topic of SNS that does not take a message', () => {
  const channel = { name: 'mail', type: 'sns', topicArn: 'arn:aws:sns:eu-west-1:123456789012:rollbacks' } as const;

  it.each([
    [new AwsFault('SNS answered Publish with Throttling', { retryable: true }), true],
    [new AwsFault('SNS answered Publish with NotFound: Topic does not exist', { retryable: false }), false],
    [new Error('the signal was aborted'), true],
  ])('for %s may take it later: %s', async (fault, retryable) => {
    const { notifier, aws } = await opened({ channel, value: '' });
    aws.answer(() => {
      throw fault;
    });

    expect(await faultOf(notifier.notify(failed, never))).toMatchObject({ retryable });
  });
});

describe('the secret of a channel', () => {
  it.each<[Case | undefined, string]>([
    [CASES[0], 'https://hooks.slack.com.evil.example/s3cret'],
    [CASES[0], 'http://127.0.0.1/s3cret'],
    [CASES[4], 'https://example.webhook.office.com/s3cret'],
    [CASES[5], 'https://s3cret@chat.googleapis.com/'],
    [CASES[2], 's3cret'],
  ])('of %j is refused where it is %s, and not told', async (one, value) => {
    const opening = opened({ channel: (one as Case).channel, value });

    const fault = await faultOf(opening);

    expect(fault).toMatchObject({ retryable: false, unauthorized: true });
    expect(fault.message).not.toContain('s3cret');
  });
});

describe('Retry-After', () => {
  it.each<[string | null, number | undefined]>([
    ['30', 30_000],
    [' 1.5 ', 1500],
    ['0', 0],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 1969 00:00:00 GMT', 0],
    ['99999999', 3_600_000],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('of %j is %s', (value, ms) => {
    expect(retryAfterMs(value, 0)).toBe(ms);
  });
});
