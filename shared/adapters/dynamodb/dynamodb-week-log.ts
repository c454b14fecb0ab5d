import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { parseWeekItem } from '#shared/contracts/items.ts';
import type { NotedWeek, WeekLog } from '#shared/ports/week-log.ts';
import { eventItem } from './event-item.ts';
import { getItems } from './get-items.ts';
import { WEEK_KEY } from './keys.ts';
import { storeCall } from './store-call.ts';
import { writeTransaction } from './write-transaction.ts';

/** One item of the table says which week was told of last: it never expires, and each week writes it over. */
export function dynamodbWeekLog(client: DynamoDBDocumentClient, table: string): WeekLog {
  async function last(signal: AbortSignal): Promise<string | undefined> {
    const [held] = await getItems({ client, name: table }, [WEEK_KEY], signal);
    return held && parseWeekItem(held);
  }

  async function note({ to, seen, event }: NotedWeek, signal: AbortSignal): Promise<'written' | 'conflict'> {
    const condition =
      seen === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: '#to = :seen',
            ExpressionAttributeNames: { '#to': 'to' },
            ExpressionAttributeValues: { ':seen': seen },
          };
    const TransactItems = [
      { Put: { TableName: table, Item: { ...WEEK_KEY, to }, ...condition } },
      ...(event ? [{ Put: { TableName: table, Item: eventItem(event) } }] : []),
    ];
    return writeTransaction(client, TransactItems, signal);
  }

  return {
    last: (signal) => storeCall('read which week was told of', table, () => last(signal)),
    note: (week, signal) => storeCall('note a week as told of', table, () => note(week, signal)),
  };
}
