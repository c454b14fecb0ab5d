import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { parseFiringPointerItem, parseRollbackItem, parseTargetItem } from '#shared/contracts/items.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { isUnfinished } from '#shared/domain/unfinished.ts';
import type { Page } from '#shared/ports/page.ts';
import type { KnownRollbacks, RollbackChange, RollbackLog, UnfinishedPage } from '#shared/ports/rollback-log.ts';
import { getItems } from './get-items.ts';
import { firingPartition, receivedKey, rollbackKey, targetKey, UNFINISHED } from './keys.ts';
import { queryItems, queryPage } from './query-items.ts';
import { type OnUnreadable, readable } from './readable.ts';
import { recentRollbacks } from './recent-rollbacks.ts';
import { storeCall } from './store-call.ts';
import { UNFINISHED_INDEX } from './table.ts';
import { transactionOf } from './transaction-of.ts';
import { writeTransaction } from './write-transaction.ts';

export type DynamodbOptions = {
  /** Epoch ms. */
  readonly now?: () => number;
  readonly onUnreadable?: OnUnreadable;
};

/** The log in a DynamoDB table as table.ts defines it. An item that does not parse fails its read, but not a list. */
export function dynamodbRollbackLog(
  client: DynamoDBDocumentClient,
  table: string,
  { now = Date.now, onUnreadable = () => undefined }: DynamodbOptions = {},
): RollbackLog {
  const whole = { client, name: table };

  async function rollbacksOf(ids: readonly string[], signal: AbortSignal): Promise<RollbackRecord[]> {
    const items = await getItems(whole, [...new Set(ids)].map(rollbackKey), signal);
    return items.map(parseRollbackItem);
  }

  async function readTogether(
    ids: readonly string[],
    target: Parameters<RollbackLog['read']>[1],
    signal: AbortSignal,
  ): Promise<KnownRollbacks> {
    const wanted = target && targetKey(target);
    const keys = [...[...new Set(ids)].map(rollbackKey), ...(wanted ? [wanted] : [])];
    const items = await getItems(whole, keys, signal);
    const rollbacks = items.filter((item) => item['sk'] !== wanted?.sk).map(parseRollbackItem);
    const found = items.find((item) => item['sk'] === wanted?.sk);
    return {
      rollbacks: new Map(rollbacks.map((record) => [record.id, record])),
      target: found && parseTargetItem(found),
    };
  }

  async function write(change: RollbackChange, signal: AbortSignal): Promise<'written' | 'conflict'> {
    const TransactItems = transactionOf(change, table, now());
    if (TransactItems.length === 0) return 'written';
    return writeTransaction(client, TransactItems, signal);
  }

  async function idsOfFiring(firing: string, signal: AbortSignal): Promise<string[]> {
    const pointers = queryItems(
      whole,
      {
        KeyConditionExpression: 'pk = :firing',
        ExpressionAttributeValues: { ':firing': firingPartition(firing) },
        ConsistentRead: true,
      },
      signal,
    );
    const ids: string[] = [];
    for await (const pointer of pointers) ids.push(parseFiringPointerItem(pointer));
    return ids;
  }

  /** The index is a moment old: what its records say now is read from the table. */
  async function unfinishedPage(page: Page, signal: AbortSignal): Promise<UnfinishedPage> {
    const { items, next } = await queryPage(
      whole,
      {
        IndexName: UNFINISHED_INDEX,
        KeyConditionExpression: 'unfinished = :unfinished',
        ExpressionAttributeValues: { ':unfinished': UNFINISHED },
      },
      page,
      signal,
    );
    const keys = items.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }));
    const found = readable(await getItems(whole, keys, signal), { parse: parseRollbackItem, onUnreadable });
    const records = found.filter(isUnfinished).sort((a, b) => (receivedKey(a) < receivedKey(b) ? -1 : 1));
    return { records, next };
  }

  return {
    unfinished: (page, signal) => storeCall('list unfinished rollbacks', table, () => unfinishedPage(page, signal)),
    read: (ids, target, signal) => storeCall('read rollbacks', table, () => readTogether(ids, target, signal)),
    commit: (change, signal) => storeCall('write a change', table, () => write(change, signal)),
    ofFiring: (firing, signal) =>
      storeCall(`read the rollbacks of firing ${firing}`, table, async () =>
        rollbacksOf(await idsOfFiring(firing, signal), signal),
      ),
    recent: (limit, signal) =>
      storeCall('list the last rollbacks', table, () =>
        recentRollbacks(whole, { limit, now: now(), onUnreadable, signal }),
      ),
  };
}
