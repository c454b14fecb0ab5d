import { afterEach, describe, expect, it } from 'vitest';
import { createNotifyHandler, type NotifyDeps } from '#functions/notify/create-handler.ts';
import { parseSettings } from '#shared/contracts/settings.ts';
import { SecretFault, type Secrets } from '#shared/ports/secrets.ts';
import { aBusMessage, anSqsEvent } from '#test/builders/bus-message.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';
import { type Receiver, type ReceiverParts, startReceiver } from '#test/doubles/receiver.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';
import { recordingMeter } from '#test/doubles/recording-meter.ts';
import { sha256 } from '#test/doubles/rollback-service.ts';

const options = { signal: new AbortController().signal };

const receivers: Receiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.stop();
});
async function receiving(parts: ReceiverParts = {}): Promise<Receiver> {
  const receiver = await startReceiver(parts);
  receivers.push(receiver);
  return receiver;
}

/** The function with this channel, and these secrets by the name of their parameter. */
function notifyService(webhook?: unknown, secrets: Readonly<Record<string, string>> = {}) {
  const settings = parseSettings(
    JSON.stringify({
      clusters: [{ name: 'production-eu', endpoint: 'https://kubernetes.example.com', token: { env: 'UNUSED' } }],
      tokens: [{ name: 'alertmanager', sha256: sha256('a'), scope: 'alerts' }],
      notify: webhook === undefined ? {} : { webhook },
    }),
  );
  const log = recordingLog();
  const meter = recordingMeter();
  const reading: Secrets = {
    async read(reference) {
      const value = 'parameter' in reference ? secrets[reference.parameter] : undefined;
      if (value === undefined) throw new SecretFault('the store does not answer', { retryable: true });
      return value;
    },
  };
  async function receive(bodies: readonly string[], overrides: Partial<NotifyDeps> = {}): Promise<string[]> {
    const handler = createNotifyHandler({
      settings: async () => ({ settings, stale: false }),
      secrets: reading,
      stage: 'prod',
      clock: fakeClock(FIRED_AT),
      log,
      meter,
      ...overrides,
    });
    const { batchItemFailures } = await handler(anSqsEvent(bodies), options);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }
  return { settings, log, meter, receive };
}

const message = (id: string) => {
  const event = anOutboxEvent({ id });
  return aBusMessage({ ...event, detail: { ...event.detail, metadata: { ...event.detail.metadata, id } } });
};
const idOf = ({ body }: { readonly body: string }): unknown => JSON.parse(body).id;

describe('notify', () => {
  it('tells the webhook of every event of a batch', async () => {
    const { url, posted } = await receiving();
    const service = notifyService({ url });

    const failed = await service.receive([message('one'), message('two'), message('three')]);

    expect(failed).toEqual([]);
    expect(posted.map(idOf).sort()).toEqual(['one', 'three', 'two']);
    expect(service.meter.totals).toEqual(new Map([['NotificationsSent channel=webhook', 3]]));
  });

  it('reads the URL and the key where they are kept as secrets, and tells nobody of them', async () => {
    const { url, posted } = await receiving();
    const channel = { url: { parameter: '/url' }, signingKey: { parameter: '/key' } };
    const service = notifyService(channel, { '/url': url, '/key': 'the-key' });

    const failed = await service.receive([message('one')]);

    expect(failed).toEqual([]);
    expect(posted[0]?.headers['weightless-signature']).toMatch(/^v1=[0-9a-f]{64}$/);
    expect(JSON.stringify(service.log.lines)).not.toMatch(/the-key|\/hook/);
  });

  it('tells of an event once where the batch has it twice, and answers for both messages alike', async () => {
    const { url, posted } = await receiving({ answer: () => 503 });
    const service = notifyService({ url });

    const failed = await service.receive([message('one'), message('one')]);

    expect(failed).toEqual(['message-1', 'message-2']);
    expect(posted).toHaveLength(1);
  });

  it('lets the queue bring again what was not told, and only that', async () => {
    const { url } = await receiving({ answer: (one) => (idOf(one) === 'two' ? 500 : 204) });
    const service = notifyService({ url });

    const failed = await service.receive([message('one'), message('two'), message('three')]);

    expect(failed).toEqual(['message-2']);
    expect(service.meter.totals).toEqual(
      new Map([
        ['NotificationsSent channel=webhook', 2],
        ['NotificationsFailed channel=webhook reason=unavailable', 1],
      ]),
    );
  });

  it('lets no event wait for another: all of a batch are under way at once', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `event-${index}`);
    const { url, posted } = await receiving({ together: 10 });
    const service = notifyService({ url });

    const failed = await service.receive(ids.map(message));

    expect(failed).toEqual([]);
    expect(posted).toHaveLength(10);
  });

  it('leaves to the dead letters what the receiver refuses, too: a person must see that nobody was told', async () => {
    const { url } = await receiving({ answer: () => 400 });
    const service = notifyService({ url });

    const failed = await service.receive([message('one')]);

    expect(failed).toEqual(['message-1']);
    expect(service.meter.totals).toEqual(new Map([['NotificationsFailed channel=webhook reason=refused', 1]]));
    expect(service.log.lines).toMatchObject([
      { level: 'error', fields: { event: 'one', retryable: false, cause: expect.stringContaining('400') } },
    ]);
  });

  it('leaves to the dead letters what is no event of ours, and tells of the rest', async () => {
    const { url, posted } = await receiving();
    const service = notifyService({ url });

    const failed = await service.receive(['hello', message('one'), aBusMessage(undefined, { source: 'aws.ec2' })]);

    expect(failed).toEqual(['message-1', 'message-3']);
    expect(posted.map(idOf)).toEqual(['one']);
    expect(service.meter.totals.get('InputRejected reason=not-an-event')).toBe(2);
  });

  it('is done where no channel is configured', async () => {
    const service = notifyService();

    const failed = await service.receive([message('one'), message('two')]);

    expect(failed).toEqual([]);
    expect(service.meter.totals).toEqual(new Map([['NotificationsSkipped', 2]]));
  });

  it('waits where no channel is configured in settings that may be older than the channel', async () => {
    const service = notifyService();
    const stale = { settings: async () => ({ settings: service.settings, stale: true }) };

    await expect(service.receive([message('one')], stale)).rejects.toThrow('stale');
    expect(service.meter.totals).toEqual(new Map());
  });

  it('lets the queue bring all again while the settings cannot be loaded', async () => {
    const { url, posted } = await receiving();
    const down = { settings: () => Promise.reject(new Error('the parameter store is down')) };

    await expect(notifyService({ url }).receive([message('one')], down)).rejects.toThrow('the parameter store is down');
    expect(posted).toEqual([]);
  });

  it('lets the queue bring all again while the store of secrets does not answer, and sends nothing unsigned', async () => {
    const { url, posted } = await receiving();
    const service = notifyService({ url, signingKey: { parameter: '/key' } });

    const failed = await service.receive([message('one'), message('two')]);

    expect(failed).toEqual(['message-1', 'message-2']);
    expect(posted).toEqual([]);
    expect(service.meter.totals).toEqual(new Map([['NotificationsFailed channel=webhook reason=unavailable', 2]]));
  });

  it('does not tell of a URL that is none', async () => {
    const service = notifyService({ url: { parameter: '/url' } }, { '/url': 'hooks.example.com/a-secret' });

    const failed = await service.receive([message('one')]);

    expect(failed).toEqual(['message-1']);
    expect(JSON.stringify(service.log.lines)).not.toContain('a-secret');
  });
});
