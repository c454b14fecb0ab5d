import { createHash } from 'node:crypto';
import * as z from 'zod';
import { json, startAwsServer } from '#test/doubles/aws-server.ts';

export type QueueServer = {
  readonly endpoint: string;
  /** What names the queue to SQS. */
  readonly queueUrl: string;
  readonly messages: readonly string[];
  /** As AWS itself sends to it. */
  send(message: string): void;
  stop(): Promise<void>;
};

const SendMessage = z.object({ MessageBody: z.string() });

/** SQS as SendMessage knows it: its client compares the digest of what was taken. What is postponed nobody brings here. */
export async function startQueueServer(): Promise<QueueServer> {
  const messages: string[] = [];
  const server = await startAwsServer(({ headers, body }) => {
    if (headers['x-amz-target'] === 'AmazonSQS.ChangeMessageVisibility') return json({});
    const { MessageBody } = SendMessage.parse(JSON.parse(body));
    messages.push(MessageBody);
    const digest = createHash('md5').update(MessageBody).digest('hex');
    return json({ MessageId: String(messages.length), MD5OfMessageBody: digest });
  });
  return {
    endpoint: server.endpoint,
    queueUrl: `${server.endpoint}/000000000000/dead-letters`,
    messages,
    send: (message) => void messages.push(message),
    stop: server.stop,
  };
}
