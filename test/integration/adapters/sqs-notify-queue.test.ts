import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import { sqsClient } from '#shared/adapters/sqs/sqs-client.ts';
import { sqsNotifyQueue } from '#shared/adapters/sqs/sqs-notify-queue.ts';
import type { NotifyQueue } from '#shared/ports/notify-queue.ts';
import { type AwsServer, json, startAwsServer } from '#test/doubles/aws-server.ts';

const never = new AbortController().signal;
type Entry = { readonly Id: string; readonly MessageBody: string };

let server: AwsServer;
let queue: NotifyQueue;
/** The messages that the queue does not take, by their text. */
let refused: string[];
beforeEach(async () => {
  refused = [];
  server = await startAwsServer(({ body }) => {
    const { Entries = [], MessageBody = '' }: { Entries?: Entry[]; MessageBody?: string } = JSON.parse(body);
    const isRefused = (one: Entry) => refused.includes(one.MessageBody);
    const taken = Entries.filter((one) => !isRefused(one)).map((one) => ({ Id: one.Id, ...sumOf(one.MessageBody) }));
    const Failed = Entries.filter(isRefused).map(({ Id }) => ({
      Id,
      Code: 'Busy',
      Message: 'later',
      SenderFault: false,
    }));
    return json({ ...sumOf(MessageBody), Successful: taken, Failed });
  });
  queue = sqsNotifyQueue(sqsClient({ ...LOCAL_AWS, endpoint: server.endpoint }), {
    queue: `${server.endpoint}/000000000000/notify`,
    deadLetters: `${server.endpoint}/000000000000/letters`,
  });
});
afterEach(() => server.stop());

/** By which the client sees that the queue has what it sent. */
function sumOf(text: string) {
  return { MessageId: 'id', MD5OfMessageBody: createHash('md5').update(text).digest('hex') };
}

const sizes = () => server.asked.map(({ body }) => JSON.parse(body).Entries.length);

describe('the queue of notify', () => {
  it('takes ten messages a call, and no more than it has room for', async () => {
    await queue.send(
      Array.from({ length: 12 }, (_, index) => `message ${index}`),
      never,
    );
    await queue.send(['a'.repeat(600_000), 'b'.repeat(600_000), 'c'], never);

    expect(sizes()).toEqual([10, 2, 1, 2]);
  });

  it('takes all or says so', async () => {
    refused = ['two'];

    await expect(queue.send(['one', 'two'], never)).rejects.toThrow('The queue did not take 1 messages: Busy later');
  });

  it.each([
    [5000, 5],
    [1, 1],
    [0, 0],
    [999_999_999, 43_200],
  ])('brings a message again after %s ms: %s s', async (ms, seconds) => {
    await queue.postpone('the-receipt', ms, never);

    expect(server.asked.map(({ body }) => JSON.parse(body))).toMatchObject([
      { ReceiptHandle: 'the-receipt', VisibilityTimeout: seconds },
    ]);
  });

  it('has dead letters of its own', async () => {
    await queue.bury({ problem: 'refused', channel: 'slack' }, never);

    const [{ QueueUrl = '', MessageBody = '' }] = server.asked.map(({ body }) => JSON.parse(body));
    expect(QueueUrl).toMatch(/\/letters$/);
    expect(JSON.parse(MessageBody)).toEqual({ problem: 'refused', channel: 'slack' });
  });
});
