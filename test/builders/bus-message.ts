import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { OutboxEvent } from '#shared/contracts/events.ts';
import { anOutboxEvent } from './outbox-event.ts';

/** One of our events as EventBridge puts it into a queue. */
export function aBusMessage(event: OutboxEvent = anOutboxEvent(), overrides: Record<string, unknown> = {}): string {
  return JSON.stringify({
    version: '0',
    id: '0d8f1b5e-0000-0000-0000-000000000000',
    'detail-type': event.type,
    source: 'weightless',
    account: '123456789012',
    time: '2026-03-04T05:06:12Z',
    region: 'eu-central-1',
    resources: [],
    detail: event.detail,
    ...overrides,
  });
}

/** A batch as the queue hands it to a function: the messages are message-1, message-2, … */
export function anSqsEvent(bodies: readonly string[] = [aBusMessage()], attempt = 1): SQSEvent {
  return { Records: bodies.map((body, index) => aRecord(body, index, attempt)) };
}

function aRecord(body: string, index: number, attempt: number): SQSRecord {
  return {
    messageId: `message-${index + 1}`,
    receiptHandle: `receipt-${index + 1}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(attempt),
      SentTimestamp: '1772600772000',
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: '1772600772001',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:weightless-notify',
    awsRegion: 'eu-central-1',
  };
}
