import type { AttributeValue, DynamoDBRecord } from 'aws-lambda';
import type { OutboxEvent } from '#shared/contracts/events.ts';

/** What the table's stream tells when the event's item is written. */
export function aStreamRecord(event: OutboxEvent, overrides: Partial<DynamoDBRecord> = {}): DynamoDBRecord {
  const keys = { pk: `EVENT#${event.id}`, sk: 'EVENT' };
  return aRecordOf({ ...event, ...keys, unsent: 'UNSENT', expiresAt: 1_800_000_000 }, `seq-${event.id}`, overrides);
}

/** What the stream tells when any item is written. */
export function aRecordOf(
  item: Readonly<Record<string, unknown>>,
  sequenceNumber: string,
  overrides: Partial<DynamoDBRecord> = {},
): DynamoDBRecord {
  return {
    eventID: sequenceNumber,
    eventName: 'INSERT',
    eventSource: 'aws:dynamodb',
    dynamodb: {
      Keys: { pk: attribute(item['pk']), sk: attribute(item['sk']) },
      NewImage: attributes(item),
      SequenceNumber: sequenceNumber,
      StreamViewType: 'NEW_IMAGE',
    },
    ...overrides,
  };
}

function attributes(item: object): Record<string, AttributeValue> {
  const present = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, attribute(value)]));
}

function attribute(value: unknown): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(attribute) };
  if (typeof value === 'object') return { M: attributes(value) };
  return { N: String(value) };
}
