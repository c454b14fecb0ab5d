import type { SQSRecord } from 'aws-lambda';
import { type BusEvent, parseBusEvent } from '#shared/contracts/bus-event.ts';

/** How SQS is told that a message is to come again. */
export type MessageId = string;

export type ReadMessages = {
  /** Each event once: a queue may bring it twice, and so may the outbox. */
  readonly events: readonly { readonly event: BusEvent; readonly messages: readonly MessageId[] }[];
  readonly unreadable: readonly { readonly message: MessageId; readonly problem: string }[];
};

/** The events of a batch. */
export function readMessages(records: readonly Pick<SQSRecord, 'messageId' | 'body'>[]): ReadMessages {
  const unreadable: ReadMessages['unreadable'][number][] = [];
  const events = new Map<string, { readonly event: BusEvent; readonly messages: MessageId[] }>();
  for (const { messageId, body } of records) {
    const parsed = parseBusEvent(body);
    if (parsed.kind === 'malformed') {
      unreadable.push({ message: messageId, problem: parsed.problem });
      continue;
    }
    const known = events.get(parsed.event.id);
    if (known) known.messages.push(messageId);
    else events.set(parsed.event.id, { event: parsed.event, messages: [messageId] });
  }
  return { events: [...events.values()], unreadable };
}
