import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createNotifyHandler, type NotifyDeps } from '#functions/notify/create-handler.ts';
import { dynamodbNotificationLog } from '#shared/adapters/dynamodb/dynamodb-notification-log.ts';
import { parseSettings } from '#shared/contracts/settings.ts';
import { SecretFault, type Secrets } from '#shared/ports/secrets.ts';
import { aBusMessage, anSqsEvent } from '#test/builders/bus-message.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { aReportEvent } from '#test/builders/report-event.ts';
import { aRollbackRecord, FIRED_AT } from '#test/builders/rollback-record.ts';
import { type ChannelServices, defaultAnswer, startChannelServices } from '#test/doubles/channel-services.ts';
import { type DynamodbStore, openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type Dynoxide, startDynoxide } from '#test/doubles/dynoxide.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';
import { recordingQueue } from '#test/doubles/notify-queue.ts';
import type { ReceiverParts } from '#test/doubles/receiver.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';
import { recordingMeter } from '#test/doubles/recording-meter.ts';
import { sha256 } from '#test/doubles/rollback-service.ts';
import { scriptedAws } from '#test/doubles/scripted-aws.ts';

const options = { signal: new AbortController().signal };
const SLACK = { name: 'slack', type: 'slack', url: { parameter: '/slack' } };
const BOT = { name: 'bot', type: 'slack', token: { parameter: '/bot' }, channel: 'C0123456789' };
const PAGERDUTY = { name: 'on-call', type: 'pagerduty', routingKey: { parameter: '/pagerduty' } };
const TEAMS = { name: 'teams', type: 'teams', url: { parameter: '/teams' } };
const CHAT = { name: 'chat', type: 'google-chat', url: { parameter: '/chat' } };
const TOPIC = { name: 'mail', type: 'sns', topicArn: 'arn:aws:sns:eu-central-1:123456789012:rollbacks' };
const WEBHOOK = {
  name: 'audit',
  type: 'webhook',
  url: 'https://audit.example.com/in',
  signingKey: { parameter: '/key' },
};
const SECRETS: Readonly<Record<string, string>> = {
  '/slack': 'https://hooks.slack.com/services/T0/B0/secret-of-slack',
  '/bot': 'xoxb-secret-of-bot',
  '/pagerduty': 'secret0of0pagerduty0000000000000',
  '/teams': 'https://prod-1.westeurope.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=secret-of-teams',
  '/chat': 'https://chat.googleapis.com/v1/spaces/AAA/messages?key=k&token=secret-of-chat',
  '/key': 'secret-of-webhook',
};
const ALL = [SLACK, BOT, PAGERDUTY, TEAMS, CHAT, TOPIC, WEBHOOK];

let dynoxide: Dynoxide;
let store: DynamodbStore;
beforeAll(async () => {
  dynoxide = await startDynoxide();
});
afterAll(() => dynoxide.stop());
beforeEach(async () => {
  store = await openDynamodbStore(dynoxide.endpoint);
});
afterEach(() => store.close());

const services: ChannelServices[] = [];
afterEach(async () => {
  for (const one of services.splice(0)) await one.stop();
});

/** The function with these channels, in front of services that answer so. */
async function notifyService(channels: readonly unknown[], answer?: ReceiverParts['answer']) {
  const settings = parseSettings(
    JSON.stringify({
      clusters: [{ name: 'production-eu', endpoint: 'https://kubernetes.example.com', token: { env: 'UNUSED' } }],
      tokens: [{ name: 'alertmanager', sha256: sha256('a'), scope: 'alerts' }],
      notify: { channels },
    }),
  );
  const outside = await startChannelServices(answer);
  services.push(outside);
  const log = recordingLog();
  const meter = recordingMeter();
  const queue = recordingQueue();
  const clock = fakeClock(FIRED_AT + 9000);
  const aws = scriptedAws(() => '<PublishResponse><MessageId>m-1</MessageId></PublishResponse>');
  const secrets: Secrets = {
    async read(reference) {
      const value = 'parameter' in reference ? SECRETS[reference.parameter] : undefined;
      if (value === undefined) throw new SecretFault('the store does not answer', { retryable: true });
      return value;
    },
  };
  const deps: NotifyDeps = {
    settings: async () => ({ settings, stale: false }),
    secrets,
    notifications: dynamodbNotificationLog(store.client, store.table, { now: clock.now }),
    queue,
    aws,
    post: outside.post,
    stage: 'prod',
    pageUrl: 'https://weightless.example.com',
    clock,
    log,
    meter,
  };
  /** One batch; answers which messages are to come again. */
  async function receive(
    bodies: readonly string[],
    { attempt = 1, ...overrides }: Partial<NotifyDeps> & { attempt?: number } = {},
  ) {
    const handler = createNotifyHandler({ ...deps, ...overrides });
    const { batchItemFailures } = await handler(anSqsEvent(bodies, attempt), options);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }
  /** An event, and then what it was made into. */
  async function tell(bodies: readonly string[]) {
    await receive(bodies);
    return receive(queue.sent.splice(0));
  }
  return { ...outside, settings, deps, log, meter, queue, aws, clock, receive, tell };
}

function message(parts: Parameters<typeof anOutboxEvent>[0] & { readonly data?: Record<string, unknown> } = {}) {
  const { data, ...rest } = parts;
  const event = anOutboxEvent(rest);
  return aBusMessage({ ...event, detail: { ...event.detail, data: { ...event.detail.data, ...data } } });
}

describe('an event', () => {
  it('becomes one message for each channel, with all that it tells', async () => {
    const { receive, queue } = await notifyService(ALL);

    const failed = await receive([message()]);

    expect(failed).toEqual([]);
    expect(queue.sent.map((body) => JSON.parse(body).delivery.channel)).toEqual(ALL.map(({ name }) => name));
    const { data } = JSON.parse(message()).detail;
    expect(queue.sent.map((body) => JSON.parse(body).detail.data)).toEqual(ALL.map(() => data));
  });

  it('goes to the channels alone whose filter it passes', async () => {
    const { receive, queue } = await notifyService([
      { ...SLACK, filter: { types: ['RollbackFailed'] } },
      { ...TEAMS, filter: { severities: ['critical', 'warning'] } },
      { ...CHAT, filter: { services: ['payment-svc.production'] } },
      { ...TOPIC, filter: { services: ['checkout'] } },
    ]);

    await receive([message({ type: 'RollbackCompleted' })]);

    expect(queue.sent.map((body) => JSON.parse(body).delivery.channel)).toEqual(['chat']);
  });

  it('that no channel wants is counted, and done with', async () => {
    const { receive, meter, queue } = await notifyService([]);

    const failed = await receive([message({ id: 'one' }), message({ id: 'two' })]);

    expect(failed).toEqual([]);
    expect(queue.sent).toEqual([]);
    expect(meter.totals).toEqual(new Map([['NotificationsSkipped', 2]]));
  });

  it('waits where the settings name no channel and may be older than one', async () => {
    const { receive, settings, meter } = await notifyService([]);

    const failed = await receive([message()], { settings: async () => ({ settings, stale: true }) });

    expect(failed).toEqual(['message-1']);
    expect(meter.totals).toEqual(new Map());
  });

  it('comes again where the queue does not take what it is made into', async () => {
    const { receive, queue } = await notifyService(ALL);
    queue.fail();

    expect(await receive([message()])).toEqual(['message-1']);
  });

  it('comes again with all others while the settings cannot be loaded', async () => {
    const { receive, posted } = await notifyService(ALL);
    const down = { settings: () => Promise.reject(new Error('the parameter store is down')) };

    await expect(receive([message()], down)).rejects.toThrow('the parameter store is down');
    expect(posted).toEqual([]);
  });

  it('of another source goes to the dead letters at once, and the rest is told', async () => {
    const { receive, queue, meter } = await notifyService([SLACK]);

    const failed = await receive(['hello', message(), aBusMessage(undefined, { source: 'aws.ec2' })]);

    expect(failed).toEqual([]);
    expect(queue.buried).toMatchObject([{ message: 'message-1', body: 'hello' }, { message: 'message-3' }]);
    expect(queue.sent).toHaveLength(1);
    expect(meter.totals.get('InputRejected reason=not-an-event')).toBe(2);
  });

  it('comes again where it cannot even be put into the dead letters', async () => {
    const { receive, queue } = await notifyService([SLACK]);
    queue.fail();

    expect(await receive(['hello'])).toEqual(['message-1']);
  });
});

describe('a channel', () => {
  it('of each type is told once, however often the event comes', async () => {
    const { tell, posted, aws, meter } = await notifyService(ALL);

    await tell([message({ type: 'RollbackFailed' })]);
    const failed = await tell([message({ type: 'RollbackFailed' }), message({ type: 'RollbackFailed' })]);

    expect(failed).toEqual([]);
    expect(posted.map(({ path }) => path.split('/')[1]).sort()).toEqual([
      'audit.example.com',
      'chat.googleapis.com',
      'events.pagerduty.com',
      'hooks.slack.com',
      'prod-1.westeurope.logic.azure.com',
      'slack.com',
    ]);
    expect(aws.asked.map(({ action }) => action)).toEqual(['Publish']);
    expect([...meter.totals.values()]).toEqual(ALL.map(() => 1));
  });

  it('that fails delays and repeats none of the others', async () => {
    const { tell, receive, queue, posted } = await notifyService(ALL, (one) =>
      one.path.startsWith('/chat.') ? 500 : defaultAnswer(one),
    );
    await receive([message({ type: 'RollbackFailed' })]);
    const deliveries = queue.sent.splice(0);

    const failed = await receive(deliveries);
    await tell([message({ type: 'RollbackFailed' })]);

    expect(failed).toEqual([`message-${ALL.indexOf(CHAT) + 1}`]);
    const hosts = posted.map(({ path }) => path.split('/')[1] ?? '');
    const times = Map.groupBy(hosts, (host) => host);
    expect([...times].filter(([, all]) => all.length > 1).map(([host]) => host)).toEqual(['chat.googleapis.com']);
  });

  it('that asks to wait is told again after that time and not before', async () => {
    const { tell, queue } = await notifyService([SLACK], () => ({ status: 429, headers: { 'retry-after': '77' } }));

    const failed = await tell([message()]);

    expect(failed).toEqual(['message-1']);
    expect(queue.postponed).toEqual([{ receipt: 'receipt-1', ms: 77_000 }]);
  });

  it('that does not answer is told again after five seconds, and then after twice the time each', async () => {
    const { receive, queue } = await notifyService([SLACK], () => 503);
    await receive([message()]);
    const deliveries = queue.sent.splice(0);

    for (const attempt of [1, 2, 3, 9]) await receive(deliveries, { attempt });

    expect(queue.postponed.map(({ ms }) => ms)).toEqual([5000, 10_000, 20_000, 900_000]);
  });

  it('that refuses is not told again: the dead letters keep what it was to be told', async () => {
    const { tell, queue, meter, log } = await notifyService([WEBHOOK], () => 400);

    const failed = await tell([message()]);

    expect(failed).toEqual([]);
    expect(queue.buried).toMatchObject([
      { channel: 'audit', problem: 'The webhook answered 400', event: 'event-1', message: 'message-1' },
    ]);
    expect(meter.totals).toEqual(new Map([['NotificationsFailed channel=audit reason=refused', 1]]));
    expect(log.lines.at(-1)).toMatchObject({ level: 'error', fields: { event: 'event-1', channel: 'audit' } });
  });

  it('that was mended is told of its dead letters, when they are moved back into the queue', async () => {
    let status = 404;
    const { tell, queue, receive, posted } = await notifyService([SLACK], () => status);
    await tell([message()]);
    status = 200;

    const failed = await receive(queue.buried.map((letter) => JSON.stringify(letter)));

    expect(failed).toEqual([]);
    expect(queue.buried).toHaveLength(1);
    // Refused with the secret that was kept, and with one that was read anew; then taken.
    expect(posted).toHaveLength(3);
  });

  it('whose secret was replaced is told with the new one', async () => {
    const { posted, deps, receive, queue } = await notifyService([SLACK], ({ path }) =>
      path.endsWith('/old') ? 404 : 200,
    );
    const asked: (boolean | undefined)[] = [];
    const secrets: Secrets = {
      async read(_reference, _signal, more) {
        asked.push(more?.fresh);
        return `https://hooks.slack.com/services/${more?.fresh ? 'new' : 'old'}`;
      },
    };
    await receive([message()]);

    const failed = await receive(queue.sent, { ...deps, secrets });

    expect(failed).toEqual([]);
    expect(asked).toEqual([false, true]);
    expect(posted.map(({ path }) => path.split('/').at(-1))).toEqual(['old', 'new']);
  });

  it('whose secret cannot be read waits, and gets nothing unsigned', async () => {
    const { tell, posted, meter } = await notifyService([{ ...WEBHOOK, signingKey: { parameter: '/missing' } }]);

    const failed = await tell([message()]);

    expect(failed).toEqual(['message-1']);
    expect(posted).toEqual([]);
    expect(meter.totals).toEqual(new Map([['NotificationsFailed channel=audit reason=unavailable', 1]]));
  });

  it('that is not in the settings any more is not told, and nothing waits for it', async () => {
    const { receive, queue, posted, settings, meter } = await notifyService([SLACK]);
    await receive([message()]);
    const without = { settings: { ...settings, notify: { channels: [] } }, stale: false };

    const failed = await receive(queue.sent, { settings: async () => without });
    const stale = await receive(queue.sent, { settings: async () => ({ ...without, stale: true }) });

    expect([failed, stale]).toEqual([[], ['message-1']]);
    expect(posted).toEqual([]);
    expect(meter.totals).toEqual(new Map([['NotificationsSkipped', 1]]));
  });

  it('is told by one alone where two have the same message', async () => {
    const { receive, queue, posted } = await notifyService([SLACK]);
    await receive([message()]);
    const [delivery = ''] = queue.sent;

    const both = await Promise.all([receive([delivery]), receive([delivery])]);

    expect(posted).toHaveLength(1);
    expect(both.flat().length).toBeLessThanOrEqual(1);
  });

  it.each([SLACK, BOT, PAGERDUTY])(
    '($name) is told even if the table does not answer, but not at once',
    async (channel) => {
      const { receive, queue, posted, deps } = await notifyService([channel]);
      await receive([message({ type: 'RollbackFailed' })]);
      const nowhere = dynamodbNotificationLog(store.client, 'no-such-table');

      const first = await receive(queue.sent, { ...deps, notifications: nowhere });
      const fourth = await receive(queue.sent, { ...deps, notifications: nowhere, attempt: 4 });

      expect([first, fourth]).toEqual([['message-1'], []]);
      expect(posted).toHaveLength(1);
    },
  );

  it('of another type than the event is for is told nothing, and that is no fault', async () => {
    const { tell, posted, meter } = await notifyService([PAGERDUTY]);

    const failed = await tell([message({ type: 'RollbackSuggested', data: { pages: false } })]);

    expect(failed).toEqual([]);
    expect(posted).toEqual([]);
    expect(meter.totals).toEqual(new Map());
  });

  it('has no secret in a log', async () => {
    const refusing = await notifyService(ALL, () => 403);
    const broken = await notifyService(ALL, () => 'reset');

    await refusing.tell([message({ type: 'RollbackFailed' })]);
    await broken.tell([message({ type: 'RollbackFailed' })]);

    const said = JSON.stringify([refusing.log.lines, broken.log.lines, refusing.queue.buried]);
    expect(said).toContain('answered 403');
    expect(said).not.toMatch(/secret-of|secret0of/);
  });
});

describe('the news of one rollback', () => {
  it('are in one thread of Slack, with what wakes somebody shown in the channel', async () => {
    const { tell, sentTo } = await notifyService([BOT]);

    await tell([message({ id: 'one', type: 'RollbackCompleted' })]);
    await tell([message({ id: 'two', type: 'RollbackFailed' }), message({ id: 'three', type: 'AlertResolved' })]);

    expect(sentTo('slack.com').map(({ thread_ts, reply_broadcast }) => [thread_ts, reply_broadcast])).toEqual([
      [undefined, undefined],
      ['1700000000.000100', true],
      ['1700000000.000100', false],
    ]);
  });

  it('of one batch are told in the order in which they happened', async () => {
    const { tell, sentTo } = await notifyService([PAGERDUTY]);
    const at = (seconds: number) => FIRED_AT + seconds * 1000;

    await tell([
      message({ id: 'four', type: 'AlertResolved', createdAt: at(9) }),
      message({ id: 'two', type: 'RollbackSlaBreached', createdAt: at(5), data: { outcome: 'rolled-back' } }),
      message({ id: 'one', type: 'RollbackCompleted', createdAt: at(5) }),
      message({ id: 'three', type: 'RollbackRefused', createdAt: at(7) }),
    ]);

    const actions = sentTo('events.pagerduty.com').map((one) => [one['event_action'] ?? 'change', one['dedup_key']]);
    expect(actions).toEqual([
      ['resolve', 'weightless/a1b2c3'],
      ['change', undefined],
      ['trigger', 'weightless-sla/a1b2c3'],
      ['trigger', 'weightless/a1b2c3'],
      ['resolve', 'weightless/a1b2c3'],
      ['resolve', 'weightless-sla/a1b2c3'],
    ]);
  });

  it('leave no alert of PagerDuty open where the last came first', async () => {
    const { tell, sentTo } = await notifyService([PAGERDUTY]);

    await tell([message({ id: 'two', type: 'AlertResolved', createdAt: FIRED_AT + 9000 })]);
    await tell([message({ id: 'one', type: 'RollbackFailed', createdAt: FIRED_AT + 5000 })]);

    const actions = sentTo('events.pagerduty.com').map((one) => one['event_action']);
    expect(actions).toEqual(['resolve', 'resolve', 'trigger', 'resolve']);
  });

  it('wait together where the first of them has to', async () => {
    const { tell, posted } = await notifyService([BOT], () => ({ status: 429, headers: { 'retry-after': '30' } }));

    const failed = await tell([
      message({ id: 'one', type: 'RollbackFailed' }),
      message({ id: 'two', type: 'RollbackSlaBreached' }),
    ]);

    expect(failed).toEqual(['message-1', 'message-2']);
    expect(posted).toHaveLength(1);
  });

  it('note at the record when people were first told', async () => {
    const record = aRollbackRecord({ history: [] });
    await store.log.commit({ rollbacks: [record], remove: [], events: [] }, options.signal);
    const { tell, clock } = await notifyService([SLACK, TEAMS]);

    await tell([message({ id: 'one' })]);
    clock.advance(60_000);
    await tell([message({ id: 'two', type: 'AlertResolved' })]);

    const { rollbacks } = await store.log.read([record.id], undefined, options.signal);
    expect(rollbacks.get(record.id)).toEqual({
      ...record,
      version: 2,
      timeline: { ...record.timeline, notifiedAt: FIRED_AT + 9000 },
    });
  });
});

describe('a report', () => {
  it('is told once to each channel but PagerDuty, however often it comes', async () => {
    const { tell, posted, sentTo, aws, meter } = await notifyService(ALL);

    const failed = [...(await tell([aBusMessage(aReportEvent())])), ...(await tell([aBusMessage(aReportEvent())]))];

    expect(failed).toEqual([]);
    expect(posted.map(({ path }) => path.split('/')[1]).sort()).toEqual([
      'audit.example.com',
      'chat.googleapis.com',
      'hooks.slack.com',
      'prod-1.westeurope.logic.azure.com',
      'slack.com',
    ]);
    expect(aws.asked.map(({ action }) => action)).toEqual(['Publish']);
    expect(JSON.stringify(sentTo('hooks.slack.com'))).toContain(
      'https://weightless.example.com/?window=2026-03-02/2026-03-08',
    );
    expect(new Set(meter.totals.keys())).toEqual(
      new Set(ALL.filter((one) => one !== PAGERDUTY).map(({ name }) => `NotificationsSent channel=${name}`)),
    );
  });

  it('goes to the channels alone whose filter holds for its type and for what is only to be known', async () => {
    const { receive, queue } = await notifyService([
      { ...SLACK, filter: { types: ['SlaReported'] } },
      { ...TEAMS, filter: { types: ['RollbackFailed'] } },
      { ...TOPIC, filter: { severities: ['critical', 'warning'] } },
      { ...CHAT, filter: { services: ['checkout'] } },
    ]);

    await receive([aBusMessage(aReportEvent())]);

    expect(queue.sent.map((body) => JSON.parse(body).delivery.channel)).toEqual(['slack', 'chat']);
  });

  it('waits for nothing that is told of a rollback, nor that for it', async () => {
    const { tell, queue } = await notifyService([SLACK], ({ body }) => (body.includes('Rollback SLA') ? 503 : 200));

    const failed = await tell([aBusMessage(aReportEvent()), message(), aBusMessage(aReportEvent({}, 'report-2'))]);

    expect(failed).toEqual(['message-1', 'message-3']);
    expect(queue.postponed.map(({ receipt }) => receipt)).toEqual(['receipt-1', 'receipt-3']);
  });
});
