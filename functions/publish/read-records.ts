import type { DynamoDBRecord } from 'aws-lambda';
import { EVENT_PREFIX } from '#shared/adapters/dynamodb/keys.ts';
import type { OutboxEvent } from '#shared/contracts/events.ts';
import { itemProblems, parseEventItem } from '#shared/contracts/items.ts';
import { plainImage } from './plain-image.ts';

/** How Lambda is told that a record is to come again. An empty one asks for the whole batch. */
export type SequenceNumber = string;

export type ReadRecords = {
  readonly events: readonly { readonly at: SequenceNumber; readonly event: OutboxEvent }[];
  readonly unreadable: readonly { readonly at: SequenceNumber; readonly item: string; readonly problem: string }[];
};

/** The events that were just written; all else that happens in the table is passed over. */
export function readRecords(records: readonly DynamoDBRecord[]): ReadRecords {
  const events: ReadRecords['events'][number][] = [];
  const unreadable: ReadRecords['unreadable'][number][] = [];
  for (const record of records.filter(isNewEvent)) {
    const at = record.dynamodb?.SequenceNumber ?? '';
    try {
      events.push({ at, event: parseEventItem(plainImage(record.dynamodb?.NewImage ?? {})) });
    } catch (error) {
      unreadable.push({ at, item: partitionOf(record), problem: itemProblems(error) ?? String(error) });
    }
  }
  return { events, unreadable };
}

/** The stream's filter lets nothing else through; where there is none, an event's own update would come back forever. */
function isNewEvent(record: DynamoDBRecord): boolean {
  return record.eventName === 'INSERT' && partitionOf(record).startsWith(EVENT_PREFIX);
}

function partitionOf(record: DynamoDBRecord): string {
  return record.dynamodb?.Keys?.['pk']?.S ?? '';
}
