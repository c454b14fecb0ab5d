import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import { sqsClient } from '#shared/adapters/sqs/sqs-client.ts';
import { sqsDeadLetters } from '#shared/adapters/sqs/sqs-dead-letters.ts';
import type { DeadLetters } from '#shared/ports/dead-letters.ts';
import { listenOnLoopback } from '#test/doubles/listen-on-loopback.ts';

const signal = new AbortController().signal;
const Request = z.object({ QueueUrl: z.string(), MessageBody: z.string() });

describe('sqsDeadLetters', () => {
  let stop: () => Promise<void>;
  let sent: z.infer<typeof Request>[];
  let deadLetters: DeadLetters;
  beforeEach(async () => {
    sent = [];
    const server = createServer(async (request, response) => {
      const isSend = request.headers['x-amz-target'] === 'AmazonSQS.SendMessage';
      if (!isSend) return response.writeHead(400).end('{}');
      const message = Request.parse(JSON.parse(await text(request)));
      sent.push(message);
      const MD5OfMessageBody = createHash('md5').update(message.MessageBody).digest('hex');
      const headers = { 'content-type': 'application/x-amz-json-1.0' };
      return response.writeHead(200, headers).end(JSON.stringify({ MessageId: '1', MD5OfMessageBody }));
    });
    const { url: endpoint, stop: end } = await listenOnLoopback(server);
    stop = end;
    deadLetters = sqsDeadLetters(sqsClient({ ...LOCAL_AWS, endpoint }), `${endpoint}/000000000000/letters`);
  });
  afterEach(() => stop());

  it('sends each letter to the queue, as JSON', async () => {
    await deadLetters.put([{ problem: 'one', event: 'a' }, { problem: 'two' }], signal);

    expect(sent.map(({ MessageBody }) => JSON.parse(MessageBody))).toEqual([
      { problem: 'one', event: 'a' },
      { problem: 'two' },
    ]);
    expect(sent[0]?.QueueUrl).toMatch(/\/letters$/);
  });

  it('cuts the fields of a letter that the queue would not take, and says so', async () => {
    await deadLetters.put([{ problem: 'large', event: 'a', detail: { message: 'x'.repeat(1024 * 1024) } }], signal);

    const [{ MessageBody = '' } = {}] = sent;
    expect(Buffer.byteLength(MessageBody)).toBeLessThan(4000);
    expect(JSON.parse(MessageBody)).toMatchObject({ event: '"a"', cut: true });
  });

  it('replaces the characters that SQS refuses', async () => {
    await deadLetters.put([{ problem: 'odd \uFFFE\uFFFF\u0000' }], signal);

    expect(sent[0]?.MessageBody).toBe('{"problem":"odd \uFFFD\uFFFD\\u0000"}');
  });

  it('throws where the queue does not take a letter', async () => {
    const closed = sqsDeadLetters(sqsClient({ ...LOCAL_AWS, endpoint: 'http://127.0.0.1:1' }), 'http://127.0.0.1:1/q');

    await expect(closed.put([{ problem: 'one' }], signal)).rejects.toThrow();
  });
});
