import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { NotifyQueue } from '#shared/ports/notify-queue.ts';
import { sqsDeadLetters } from './sqs-dead-letters.ts';

export type NotifyQueueUrls = { readonly queue: string; readonly deadLetters: string };

/** SQS takes ten messages, and 1 MiB of all together, in a call. */
const MAX_MESSAGES = 10;
const MAX_BYTES = 1_000_000;
/** What SQS takes at most. */
const LONGEST_SECONDS = 43_200;

/** The queue of notify, and its dead letters. */
export function sqsNotifyQueue(client: SQSClient, { queue, deadLetters }: NotifyQueueUrls): NotifyQueue {
  const letters = sqsDeadLetters(client, deadLetters);

  async function sendBatch(Entries: SendMessageBatchRequestEntry[], signal: AbortSignal): Promise<void> {
    const command = new SendMessageBatchCommand({ QueueUrl: queue, Entries });
    const { Failed = [] } = await client.send(command, { abortSignal: signal });
    const [first] = Failed;
    if (first)
      throw new Error(`The queue did not take ${Failed.length} messages: ${first.Code} ${first.Message ?? ''}`);
  }

  return {
    async send(bodies, signal) {
      for (const batch of batchesOf(bodies)) {
        await sendBatch(
          batch.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
          signal,
        );
      }
    },
    async postpone(ReceiptHandle, ms, signal) {
      const VisibilityTimeout = Math.min(Math.ceil(ms / 1000), LONGEST_SECONDS);
      const command = new ChangeMessageVisibilityCommand({ QueueUrl: queue, ReceiptHandle, VisibilityTimeout });
      await client.send(command, { abortSignal: signal });
    },
    bury: (letter, signal) => letters.put([letter], signal),
  };
}

function batchesOf(bodies: readonly string[]): string[][] {
  const batches: string[][] = [];
  let room = 0;
  for (const body of bodies) {
    const size = Buffer.byteLength(body);
    const last = batches.at(-1);
    if (last && last.length < MAX_MESSAGES && size <= room) {
      last.push(body);
      room -= size;
    } else {
      batches.push([body]);
      room = MAX_BYTES - size;
    }
  }
  return batches;
}
