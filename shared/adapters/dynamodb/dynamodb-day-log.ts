import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { parseFoldItem } from '#shared/contracts/day-items.ts';
import { daysBetween } from '#shared/domain/report/report-window.ts';
import type { DayChange, DayLog, Days } from '#shared/ports/day-log.ts';
import type { DynamodbOptions } from './dynamodb-rollback-log.ts';
import { getItems } from './get-items.ts';
import { CHANGED, dayOfFold, foldKey } from './keys.ts';
import { queryItems, queryPage } from './query-items.ts';
import { readFacts } from './read-facts.ts';
import { readFolds } from './read-folds.ts';
import { storeCall } from './store-call.ts';
import { storeFold } from './store-fold.ts';

/** So many are taken in at once; the others make the day be folded again. */
const MAX_CHANGES = 5000;

/** The folded days, and what they are made of, in the table as table.ts defines it. */
export function dynamodbDayLog(
  client: DynamoDBDocumentClient,
  name: string,
  { now = Date.now, onUnreadable = () => undefined }: DynamodbOptions = {},
): DayLog {
  const table = { client, name };

  async function folded({ from, to }: Days, signal: AbortSignal): Promise<Map<string, string>> {
    const days = daysBetween(Date.parse(from), Date.parse(to) + 1);
    const heads = (await getItems(table, days.map(foldKey), signal)).map(parseFoldItem);
    return new Map(heads.map((head) => [dayOfFold(head), head.run]));
  }

  /** From one day on to the next: as many calls as there are days, however many changes. */
  async function changedDays(limit: number, signal: AbortSignal): Promise<string[]> {
    const days: string[] = [];
    for (let behind = ' '; days.length < limit; ) {
      const question = {
        KeyConditionExpression: 'pk = :changed AND sk > :behind',
        ExpressionAttributeValues: { ':changed': CHANGED, ':behind': behind },
        ConsistentRead: true,
      };
      const [first] = (await queryPage(table, question, { limit: 1 }, signal)).items;
      if (!first) break;
      const [day = ''] = String(first['sk']).split('#');
      days.push(day);
      behind = `${day}~`;
    }
    return days;
  }

  async function changesOf(day: string, signal: AbortSignal): Promise<DayChange[]> {
    const question = {
      KeyConditionExpression: 'pk = :changed AND begins_with(sk, :day)',
      ExpressionAttributeValues: { ':changed': CHANGED, ':day': `${day}#` },
      ConsistentRead: true,
    };
    const changes: DayChange[] = [];
    for await (const { sk } of queryItems(table, question, signal)) {
      const [, at = '', ...id] = String(sk).split('#');
      changes.push({ id: id.join('#'), at: Date.parse(at) });
      if (changes.length === MAX_CHANGES) break;
    }
    return changes;
  }

  return {
    records: (from, to, visit, signal) =>
      storeCall('read the records of some days', name, () =>
        readFacts(from, to, { table, onUnreadable, visit, signal }),
      ),
    folded: (days, signal) => storeCall('list the folded days', name, () => folded(days, signal)),
    changedDays: (limit, signal) => storeCall('list the changed days', name, () => changedDays(limit, signal)),
    changesOf: (day, signal) => storeCall(`list the changes of ${day}`, name, () => changesOf(day, signal)),
    store: (day, signal) => storeCall(`store the fold of ${day.day}`, name, () => storeFold(table, day, now(), signal)),
    read: (days, visit, signal) => storeCall('read the folded days', name, () => readFolds(table, days, visit, signal)),
  };
}
