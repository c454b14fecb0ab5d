import { parseRollbackItem } from '#shared/contracts/items.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { Table } from './get-items.ts';
import { dayOf } from './keys.ts';
import { queryItems } from './query-items.ts';
import { type OnUnreadable, takeReadable } from './readable.ts';
import { BY_DAY_INDEX } from './table.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How far back an almost empty table is searched: each day is a call. */
const MAX_DAYS = 30;

type RecentQuestion = {
  readonly limit: number;
  readonly now: number;
  readonly onUnreadable: OnUnreadable;
  readonly signal: AbortSignal;
};

/** The last rollbacks received, newest first, from the day of `now` backwards. */
export async function recentRollbacks(table: Table, question: RecentQuestion): Promise<RollbackRecord[]> {
  const found: RollbackRecord[] = [];
  for (let age = 0; age < MAX_DAYS && found.length < question.limit; age += 1) {
    const day = dayOf(question.now - age * DAY_MS);
    found.push(...(await rollbacksOfDay(table, day, { ...question, limit: question.limit - found.length })));
  }
  return found;
}

async function rollbacksOfDay(
  table: Table,
  day: string,
  { limit, onUnreadable, signal }: RecentQuestion,
): Promise<RollbackRecord[]> {
  const items = queryItems(
    table,
    {
      IndexName: BY_DAY_INDEX,
      KeyConditionExpression: '#day = :day',
      ExpressionAttributeNames: { '#day': 'day' },
      ExpressionAttributeValues: { ':day': day },
      ScanIndexForward: false,
      Limit: limit,
    },
    signal,
  );
  return takeReadable(items, { limit, parse: parseRollbackItem, onUnreadable });
}
