import type { SQSRecord } from 'aws-lambda';
import type { BusEvent } from '#shared/contracts/bus-event.ts';
import { parseQueuedNews } from '#shared/contracts/delivery.ts';

/** One message of the queue, and how the queue is told about it. */
export type Message = {
  readonly id: string;
  readonly receipt: string;
  /** How often it has come, this time included. */
  readonly attempt: number;
  readonly body: string;
};

export type EventMessages = { readonly event: BusEvent; readonly messages: readonly Message[] };
export type DeliveryMessages = EventMessages & { readonly channel: string };

export type ReadMessages = {
  /** Each event once: a queue may bring it twice, and so may the outbox. */
  readonly events: readonly EventMessages[];
  /** Each event for each channel once. */
  readonly deliveries: readonly DeliveryMessages[];
  readonly unreadable: readonly { readonly message: Message; readonly problem: string }[];
};

type Record = Pick<SQSRecord, 'messageId' | 'receiptHandle' | 'body' | 'attributes'>;

/** What a batch brings: events from the bus, and what they were made into for each channel. */
export function readMessages(records: readonly Record[]): ReadMessages {
  const unreadable: ReadMessages['unreadable'][number][] = [];
  const events = new Map<string, EventMessages & { readonly messages: Message[] }>();
  const deliveries = new Map<string, DeliveryMessages & { readonly messages: Message[] }>();
  for (const record of records) {
    const message = messageOf(record);
    const news = parseQueuedNews(record.body);
    if (news.kind === 'malformed') unreadable.push({ message, problem: news.problem });
    else if (news.kind === 'event') join(events, news.event.id, { event: news.event, messages: [message] });
    else {
      const { event, channel } = news;
      join(deliveries, JSON.stringify([channel, event.id]), { event, channel, messages: [message] });
    }
  }
  return { events: [...events.values()], deliveries: [...deliveries.values()], unreadable };
}

function join<T extends { readonly messages: Message[] }>(known: Map<string, T>, key: string, one: T): void {
  const there = known.get(key);
  if (there) there.messages.push(...one.messages);
  else known.set(key, one);
}

function messageOf({ messageId, receiptHandle, body, attributes }: Record): Message {
  const attempt = Number(attributes.ApproximateReceiveCount);
  return { id: messageId, receipt: receiptHandle, body, attempt: attempt >= 1 ? attempt : 1 };
}
