import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { NotifyQueue } from '#shared/ports/notify-queue.ts';
import { sqsDeadLetters } from './sqs-dead-letters.ts';

export type NotifyQueueUrls = { readonly queue: string; readonly deadLetters: string };

/** What SQS takes at most. */
const LONGEST_SECONDS = 43_200;

/** The queue of notify, and its dead letters. */
export function sqsNotifyQueue(client: SQSClient, { queue, deadLetters }: NotifyQueueUrls): NotifyQueue {
  const letters = sqsDeadLetters(client, deadLetters);
  return {
    /** Each by itself: together a few large events are more than one call takes. */
    async send(bodies, signal) {
      const sending = bodies.map((MessageBody) =>
        client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody }), { abortSignal: signal }),
      );
      const failed = (await Promise.allSettled(sending)).find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
    async postpone(ReceiptHandle, ms, signal) {
      const VisibilityTimeout = Math.min(Math.ceil(ms / 1000), LONGEST_SECONDS);
      const command = new ChangeMessageVisibilityCommand({ QueueUrl: queue, ReceiptHandle, VisibilityTimeout });
      await client.send(command, { abortSignal: signal });
    },
    bury: (letter, signal) => letters.put([letter], signal),
  };
}
