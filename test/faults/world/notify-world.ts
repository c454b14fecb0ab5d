import { resolve } from 'node:path';
import type { SQSEvent } from 'aws-lambda';
import { inject } from 'vitest';
import * as z from 'zod';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { aBusMessage, anSqsEvent } from '#test/builders/bus-message.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { defaultAnswer } from '#test/doubles/channel-services.ts';
import { settingsWith } from '#test/doubles/deployed-functions.ts';
import type { DynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type Posted, startReceiver } from '#test/doubles/receiver.ts';
import { FAULT_BUNDLES } from '../global-setup.ts';
import { type FaultProxy, startFaultProxy } from '../proxy/fault-proxy.ts';
import type { OnEnd } from './fault-world.ts';
import { type Kill, startFunction } from './function-process.ts';
import { openStore } from './open-store.ts';
import { type QueueServer, startQueueServer } from './queue-server.ts';
import { startSettingsStore } from './settings-store.ts';

/** One channel of each kind whose repeated posts can be told apart, or are joined by the service. */
export const CHANNELS = [
  { name: 'pager', type: 'pagerduty', routingKey: { secret: 'pagerduty' } },
  { name: 'chat', type: 'slack', token: { secret: 'slack' }, channel: '#on-call' },
  { name: 'space', type: 'google-chat', url: { secret: 'google-chat' } },
  { name: 'audit', type: 'webhook', url: 'https://audit.example.com/hook', signingKey: { secret: 'signing' } },
] as const;
export type ChannelName = (typeof CHANNELS)[number]['name'];

const HOST_OF: Readonly<Record<ChannelName, string>> = {
  pager: 'events.pagerduty.com',
  chat: 'slack.com',
  space: 'chat.googleapis.com',
  audit: 'audit.example.com',
};
const SECRETS = {
  pagerduty: '0123456789abcdef0123456789abcdef',
  slack: 'xoxb-of-the-tests',
  signing: 'key-of-the-tests',
  'google-chat': 'https://chat.googleapis.com/v1/spaces/AAAA/messages?key=k&token=t',
};

/** The deployed notify function between its queue, its table and the services that it tells. */
export type NotifyWorld = {
  readonly store: DynamodbStore;
  /** What the function asks goes through these. */
  readonly dynamodb: FaultProxy;
  readonly services: FaultProxy;
  readonly queue: FaultProxy;
  readonly secrets: FaultProxy;
  /** What the function put into its queue or its dead letters. */
  readonly messages: QueueServer['messages'];
  readonly event: OutboxEvent;
  /** What a channel's service took, in order. */
  sentTo(channel: ChannelName): readonly Posted[];
  /** One batch to a new instance, whose clock is so far on; answers how many messages come again. */
  bring(bodies: readonly string[], options?: BringOptions): Promise<number>;
  record(): Promise<RollbackRecord | undefined>;
  /** How often it said that a post could not be noted, as a slow machine may have it: then it may come once more. */
  unnoted(): number;
};

export type BringOptions = {
  readonly attempt?: number;
  readonly clockMs?: number;
  readonly spawned?: ((kill: Kill) => void) | undefined;
};

const never = new AbortController().signal;
const BatchResponse = z.object({ batchItemFailures: z.array(z.unknown()) });
/** As infra/aws gives the function. */
const TIMEOUT_MS = 30_000;

export async function openNotifyWorld(onEnd: OnEnd): Promise<NotifyWorld> {
  const store = await openStore(inject('dynamodbEndpoint'));
  const receiver = await startReceiver({ answer: defaultAnswer });
  const queue = await startQueueServer();
  const settings = await startSettingsStore();
  for (const [name, text] of Object.entries(SECRETS)) settings.secrets.set(name, text);
  const upstreams = [inject('dynamodbEndpoint'), new URL(receiver.url).origin, queue.endpoint, settings.endpoint];
  const [dynamodb, services, queueProxy, secrets] = await Promise.all(upstreams.map((url) => startFaultProxy({ url })));
  if (!dynamodb || !services || !queueProxy || !secrets) throw new Error('There are four upstreams');
  onEnd(async () => {
    await Promise.all([dynamodb, services, queueProxy, secrets, receiver, queue, settings].map((one) => one.stop()));
    await store.close();
  });
  const event = anOutboxEvent({ type: 'RollbackFailed' });
  const rollback = aRollbackRecord();
  await store.log.commit({ rollbacks: [rollback], remove: [], events: [] }, never);

  const env = {
    AWS_REGION: LOCAL_AWS.region,
    AWS_ACCESS_KEY_ID: LOCAL_AWS.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_AWS.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
    AWS_ENDPOINT_URL_SQS: queueProxy.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    TEST_SERVICES_URL: services.url,
    WEIGHTLESS_STAGE: 'prod',
    WEIGHTLESS_TABLE: store.table,
    WEIGHTLESS_QUEUE: `${queueProxy.url}/000000000000/notify`,
    WEIGHTLESS_DEAD_LETTERS: `${queueProxy.url}/000000000000/dead-letters`,
    WEIGHTLESS_SETTINGS: JSON.stringify({
      ...JSON.parse(settingsWith({ endpoint: 'https://127.0.0.1:1', token: { env: 'UNUSED' } })),
      notify: { channels: CHANNELS },
    }),
  };

  let unnoted = 0;

  async function bring(bodies: readonly string[], options: BringOptions = {}): Promise<number> {
    const { attempt = 1, clockMs = 0, spawned } = options;
    const instance = await startFunction(resolve(FAULT_BUNDLES, 'notify', 'index.js'), env, { clockMs, spawned });
    const batch: SQSEvent = anSqsEvent(bodies, attempt);
    try {
      return BatchResponse.parse(await instance.invoke(batch, TIMEOUT_MS)).batchItemFailures.length;
    } finally {
      unnoted += instance.output().split('could not be noted').length - 1;
      await instance.stop();
    }
  }
  return {
    store,
    dynamodb,
    services,
    queue: queueProxy,
    secrets,
    messages: queue.messages,
    event,
    sentTo: (channel) => receiver.posted.filter(({ path }) => path.startsWith(`/${HOST_OF[channel]}/`)),
    bring,
    unnoted: () => unnoted,
    record: async () => (await store.log.read([rollback.id], undefined, never)).rollbacks.get(rollback.id),
  };
}

/** What the bus puts into the queue of notify. */
export function fromTheBus({ event }: NotifyWorld): string {
  return aBusMessage(event);
}
