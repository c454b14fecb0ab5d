import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { parseRollbackItem } from '#shared/contracts/items.ts';
import { DAY_MS, dayOf, startOfDay } from '#shared/domain/report/report-window.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { type RollbackList, type RollbackPage, type RollbackQuestion, timeOf } from '#shared/ports/rollback-list.ts';
import type { DynamodbOptions } from './dynamodb-rollback-log.ts';
import { type Question, queryPage } from './query-items.ts';
import { readable } from './readable.ts';
import { storeCall } from './store-call.ts';
import { BY_DAY_INDEX } from './table.ts';

/** Calls for one page at most: a day without rollbacks is one, and so are a hundred that are looked through. */
const MAX_CALLS = 40;
const LOOKED_THROUGH = 100;

/** Rollbacks by the index of days, from one day to the one before it. */
export function dynamodbRollbackList(
  client: DynamoDBDocumentClient,
  name: string,
  { onUnreadable = () => undefined }: Pick<DynamodbOptions, 'onUnreadable'> = {},
): RollbackList {
  const table = { client, name };

  async function page(question: RollbackQuestion, signal: AbortSignal): Promise<RollbackPage> {
    const rollbacks: RollbackRecord[] = [];
    // Where to go on: everything behind it has been looked through.
    let end: string | undefined = question.cursor ?? new Date(question.to).toISOString();
    for (let calls = 0; calls < MAX_CALLS && end !== undefined && rollbacks.length < question.limit; calls += 1) {
      const wanted = question.limit - rollbacks.length;
      const some = await lookThrough(end, { ...question, limit: wanted }, signal);
      rollbacks.push(...some.rollbacks);
      end = some.next;
    }
    return { rollbacks, ...(end === undefined ? {} : { next: end }) };
  }

  /** One call: of the day that what is right before `end` was received on. */
  async function lookThrough(
    end: string,
    { from, limit, matches }: RollbackQuestion,
    signal: AbortSignal,
  ): Promise<RollbackPage> {
    const start = startOfReading(end);
    // DynamoDB refuses a BETWEEN that ends before it begins.
    if (start + DAY_MS <= from || timeOf(end) < from) return { rollbacks: [] };
    const question = receivedBefore(end, Math.max(start, from));
    const { items, next } = await queryPage(table, question, { limit: LOOKED_THROUGH }, signal);
    const rollbacks: RollbackRecord[] = [];
    let last = end;
    // BETWEEN takes its end in; the record that the last reading ended with was in that one.
    for (const item of items.filter(({ received }) => received !== end)) {
      last = String(item['received']);
      rollbacks.push(...readable([item], { parse: parseRollbackItem, onUnreadable }).filter(matches));
      if (rollbacks.length === limit) return { rollbacks, next: last };
    }
    return { rollbacks, next: next === undefined ? new Date(start).toISOString() : last };
  }

  return { page: (question, signal) => storeCall('list rollbacks', name, () => page(question, signal)) };
}

/** The beginning of the day that what is right before a cursor was received on. */
function startOfReading(end: string): number {
  return startOfDay(end.includes('#') ? timeOf(end) : timeOf(end) - 1);
}

function receivedBefore(end: string, from: number): Question {
  return {
    IndexName: BY_DAY_INDEX,
    KeyConditionExpression: '#day = :day AND #received BETWEEN :from AND :end',
    ExpressionAttributeNames: { '#day': 'day', '#received': 'received' },
    ExpressionAttributeValues: { ':day': dayOf(from), ':from': new Date(from).toISOString(), ':end': end },
    ScanIndexForward: false,
  };
}
