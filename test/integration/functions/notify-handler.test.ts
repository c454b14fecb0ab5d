import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { anSqsEvent } from '#test/builders/bus-message.ts';
import { aContext } from '#test/builders/lambda-context.ts';
import { type AwsServer, json, startAwsServer } from '#test/doubles/aws-server.ts';
import { settingsWith, stubFunctionEnv } from '#test/doubles/deployed-functions.ts';
import { type DynamodbStore, openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type Dynoxide, startDynoxide } from '#test/doubles/dynoxide.ts';
import { type Receiver, startReceiver } from '#test/doubles/receiver.ts';
import { type Output, recordOutput } from '#test/doubles/record-output.ts';

let dynoxide: Dynoxide;
let store: DynamodbStore;
let receiver: Receiver;
let sqs: AwsServer;
let output: Output;
beforeAll(async () => {
  dynoxide = await startDynoxide();
});
afterAll(() => dynoxide.stop());
beforeEach(async () => {
  store = await openDynamodbStore(dynoxide.endpoint);
  receiver = await startReceiver();
  sqs = await startAwsServer(({ body }) => {
    const { MessageBody = '' } = JSON.parse(body);
    return json({ MessageId: 'id', MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') });
  });
  const settings = JSON.parse(settingsWith({ endpoint: 'https://127.0.0.1:1', token: { env: 'CLUSTER_TOKEN' } }));
  const notify = { channels: [{ name: 'audit', type: 'webhook', url: receiver.url }] };
  stubFunctionEnv({ endpoint: dynoxide.endpoint, table: store.table }, JSON.stringify({ ...settings, notify }));
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', sqs.endpoint);
  vi.stubEnv('WEIGHTLESS_STAGE', 'prod');
  vi.stubEnv('WEIGHTLESS_QUEUE', `${sqs.endpoint}/123456789012/notify`);
  vi.stubEnv('WEIGHTLESS_DEAD_LETTERS', `${sqs.endpoint}/123456789012/letters`);
  output = recordOutput();
});
afterEach(async () => {
  await store.close();
  await receiver.stop();
  await sqs.stop();
});

async function load() {
  vi.resetModules();
  return (await import('#functions/notify/handler.ts')).handler;
}

const asked = () =>
  sqs.asked.map(({ headers, body }) => ({
    action: String(headers['x-amz-target']).replace('AmazonSQS.', ''),
    queue: String(JSON.parse(body).QueueUrl).split('/').at(-1),
    ...JSON.parse(body),
  }));

describe('the deployed notify function', () => {
  it('puts an event into its queue for the channel of its settings, and tells that channel', async () => {
    const handler = await load();

    const first = await handler(anSqsEvent(), aContext('notify'));
    const [sent] = asked();
    const second = await handler(anSqsEvent([sent?.MessageBody]), aContext('notify'));

    expect([first, second]).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
    expect(sent).toMatchObject({ action: 'SendMessage', queue: 'notify' });
    expect(receiver.posted.map(({ body }) => JSON.parse(body))).toMatchObject([
      { type: 'dev.weightless.RollbackCompleted.v1', source: expect.stringMatching(/^\/weightless\/prod\//) },
    ]);
    expect(output.lines().filter((line) => 'NotificationsSent' in line)).toMatchObject([{ channel: 'audit' }]);
  });

  it('says when what was not told is to come again', async () => {
    const handler = await load();
    await handler(anSqsEvent(), aContext('notify'));
    const [sent] = asked();
    await receiver.stop();

    const answer = await handler(anSqsEvent([sent?.MessageBody], 3), aContext('notify'));
    receiver = await startReceiver();

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-1' }] });
    expect(asked().at(-1)).toMatchObject({
      action: 'ChangeMessageVisibility',
      queue: 'notify',
      ReceiptHandle: 'receipt-1',
      VisibilityTimeout: 20,
    });
  });

  it('puts what is no event into the dead letters, and logs its id', async () => {
    const handler = await load();

    const answer = await handler(anSqsEvent(['hello']), aContext('notify'));

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(asked()).toMatchObject([{ action: 'SendMessage', queue: 'letters' }]);
    // The logger drops a field called message, and says so in a line of its own.
    expect(output.lines().filter(({ level }) => level !== undefined)).toMatchObject([{ messageId: 'message-1' }]);
  });

  it('does not start without what it needs, and says so', async () => {
    vi.stubEnv('WEIGHTLESS_STAGE', undefined);
    vi.stubEnv('WEIGHTLESS_QUEUE', undefined);

    await expect(load()).rejects.toThrow(/WEIGHTLESS_STAGE[\s\S]*WEIGHTLESS_QUEUE/);
  });
});
