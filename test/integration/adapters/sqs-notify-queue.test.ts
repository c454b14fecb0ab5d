import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import { sqsClient } from '#shared/adapters/sqs/sqs-client.ts';
import { sqsNotifyQueue } from '#shared/adapters/sqs/sqs-notify-queue.ts';
import type { NotifyQueue } from '#shared/ports/notify-queue.ts';
import { type AwsServer, json, startAwsServer } from '#test/doubles/aws-server.ts';

const never = new AbortController().signal;
let server: AwsServer;
let queue: NotifyQueue;
/** The messages that the queue does not take, by their text. */
let refused: string[];
beforeEach(async () => {
  refused = [];
  server = await startAwsServer(({ body }) => {
    const { MessageBody = '' }: { MessageBody?: string } = JSON.parse(body);
    if (refused.includes(MessageBody)) return json({ __type: 'InvalidMessageContents', message: 'no' }, 400);
    const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
    return json({ MessageId: 'id', MD5OfMessageBody });
  });
  queue = sqsNotifyQueue(sqsClient({ ...LOCAL_AWS, endpoint: server.endpoint }), {
    queue: `${server.endpoint}/000000000000/notify`,
    deadLetters: `${server.endpoint}/000000000000/letters`,
  });
});
afterEach(() => server.stop());

describe('the queue of notify', () => {
  const sent = () => server.asked.map(({ body }) => JSON.parse(body).MessageBody).sort();

  it('takes each message', async () => {
    await queue.send(['one', 'two', 'three'], never);

    expect(sent()).toEqual(['one', 'three', 'two']);
  });

  it('takes all or says so, and what it took stays there', async () => {
    refused = ['two'];

    await expect(queue.send(['one', 'two', 'three'], never)).rejects.toThrow('no');
    expect(sent()).toEqual(['one', 'three', 'two']);
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
