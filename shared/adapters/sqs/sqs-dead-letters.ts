import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter, DeadLetters } from '#shared/ports/dead-letters.ts';

/** SQS takes 1 MiB; the body of a letter is text of the same length or less. */
const MAX_BYTES = 1024 * 1024;
/** What a letter that is too long for the queue is cut to: enough to find what it was about. */
const MAX_FIELD = 1000;

/** An SQS queue. A letter is sent for itself: they are few, and one that fails must not take others along. */
export function sqsDeadLetters(client: SQSClient, queueUrl: string): DeadLetters {
  return {
    async put(letters, signal) {
      for (const letter of letters) {
        const command = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: bodyOf(letter) });
        await client.send(command, { abortSignal: signal });
      }
    },
  };
}

function bodyOf(letter: DeadLetter): string {
  const body = textOf(letter);
  if (Buffer.byteLength(body) <= MAX_BYTES) return body;
  const cut = Object.entries(letter).map(([name, value]) => [name, JSON.stringify(value)?.slice(0, MAX_FIELD)]);
  return textOf({ ...Object.fromEntries(cut), cut: true });
}

/** SQS refuses the two characters that are none, which JSON leaves as they are. */
function textOf(value: unknown): string {
  return JSON.stringify(value).replace(/[\uFFFE\uFFFF]/g, '\uFFFD');
}
