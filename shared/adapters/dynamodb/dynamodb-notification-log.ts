import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { parseRollbackItem } from '#shared/contracts/items.ts';
import { changedDays } from '#shared/domain/report/changed-days.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { Delivery, NotificationLog } from '#shared/ports/notification-log.ts';
import { judgeError } from './judge-error.ts';
import { changeKey, memoryKey, notifiedKey, rollbackKey } from './keys.ts';
import { retryCrowded } from './retry.ts';
import { storeCall } from './store-call.ts';

export type NotificationLogOptions = { readonly now?: () => number };

/** Longer than the function that holds it can run. */
const LEASE_MS = 60_000;
/** As long as the events are kept. */
const KEEP_SECONDS = 7 * 24 * 60 * 60;

/** In the table of the rollbacks. The keys begin unlike those of events: the stream passes only those on. */
export function dynamodbNotificationLog(
  client: DynamoDBDocumentClient,
  table: string,
  { now = Date.now }: NotificationLogOptions = {},
): NotificationLog {
  const expiresAt = () => Math.floor(now() / 1000) + KEEP_SECONDS;

  /** `false` where the condition does not hold. */
  async function write(command: PutCommand | UpdateCommand, signal: AbortSignal): Promise<boolean> {
    try {
      // The client takes each of them by itself, and not one that may be any.
      await retryCrowded(() => sendOne(client, command, signal), signal);
      return true;
    } catch (error) {
      if (judgeError(error) === 'changed') return false;
      throw error;
    }
  }

  async function get(Key: Record<string, string>, signal: AbortSignal): Promise<Record<string, unknown> | undefined> {
    const command = new GetCommand({ TableName: table, Key, ConsistentRead: true });
    const { Item } = await retryCrowded(() => client.send(command, { abortSignal: signal }), signal);
    return Item;
  }

  async function claim(delivery: Delivery, signal: AbortSignal): Promise<'mine' | 'taken' | 'done'> {
    const Item = { ...notifiedKey(delivery), stage: 'sending', until: now() + LEASE_MS, expiresAt: expiresAt() };
    const command = new PutCommand({
      TableName: table,
      Item,
      ConditionExpression: 'attribute_not_exists(pk) OR (#stage = :sending AND #until < :now)',
      ExpressionAttributeNames: { '#stage': 'stage', '#until': 'until' },
      ExpressionAttributeValues: { ':sending': 'sending', ':now': now() },
    });
    if (await write(command, signal)) return 'mine';
    const found = await get(notifiedKey(delivery), signal);
    return found?.['stage'] === 'done' ? 'done' : 'taken';
  }

  async function done(delivery: Delivery, signal: AbortSignal): Promise<void> {
    const Item = { ...notifiedKey(delivery), stage: 'done', at: now(), expiresAt: expiresAt() };
    await write(new PutCommand({ TableName: table, Item }), signal);
  }

  /** It has run out from now on. */
  async function release(delivery: Delivery, signal: AbortSignal): Promise<void> {
    const command = new UpdateCommand({
      TableName: table,
      Key: notifiedKey(delivery),
      UpdateExpression: 'SET #until = :never',
      ConditionExpression: '#stage = :sending',
      ExpressionAttributeNames: { '#stage': 'stage', '#until': 'until' },
      ExpressionAttributeValues: { ':sending': 'sending', ':never': 0 },
    });
    await write(command, signal);
  }

  /** The version counts it: who writes the whole record at the same time reads it again and does not lose this. */
  async function noteNotified(rollbackId: string, at: number, signal: AbortSignal): Promise<void> {
    const command = new UpdateCommand({
      TableName: table,
      Key: rollbackKey(rollbackId),
      UpdateExpression: 'SET #timeline.notifiedAt = :at ADD #version :one',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#timeline.notifiedAt)',
      ExpressionAttributeNames: { '#timeline': 'timeline', '#version': 'version' },
      ExpressionAttributeValues: { ':at': at, ':one': 1 },
      ReturnValues: 'ALL_NEW',
    });
    const { Attributes } = await retryCrowded(() => client.send(command, { abortSignal: signal }), signal).catch(
      unlessChanged,
    );
    if (Attributes) await noteChange(parseRollbackItem(Attributes), signal);
  }

  /** Its day may have been folded without that time. */
  async function noteChange({ id, timeline }: RollbackRecord, signal: AbortSignal): Promise<void> {
    for (const day of changedDays([timeline.receivedAt], now())) {
      const Item = { ...changeKey(day, now(), id), expiresAt: expiresAt() };
      await write(new PutCommand({ TableName: table, Item }), signal);
    }
  }

  return {
    claim: (delivery, signal) => storeCall('claim a notification', table, () => claim(delivery, signal)),
    done: (delivery, signal) => storeCall('note a notification', table, () => done(delivery, signal)),
    release: (delivery, signal) => storeCall('release a notification', table, () => release(delivery, signal)),
    noteNotified: (id, at, signal) =>
      storeCall('note when people were told', table, () => noteNotified(id, at, signal)),
    memoryOf: (channel) => ({
      async read(topic, signal) {
        const found = await storeCall('read what a channel remembers', table, () =>
          get(memoryKey(channel, topic), signal),
        );
        return typeof found?.['value'] === 'string' ? found['value'] : undefined;
      },
      async keep(topic, value, signal) {
        const Item = { ...memoryKey(channel, topic), value, expiresAt: expiresAt() };
        const command = new PutCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' });
        await storeCall('keep what a channel remembers', table, () => write(command, signal));
      },
      async raise(topic, value, signal) {
        const command = new PutCommand({
          TableName: table,
          Item: { ...memoryKey(channel, topic), value, expiresAt: expiresAt() },
          ConditionExpression: 'attribute_not_exists(pk) OR #value < :value',
          ExpressionAttributeNames: { '#value': 'value' },
          ExpressionAttributeValues: { ':value': value },
        });
        await storeCall('raise what a channel remembers', table, () => write(command, signal));
      },
    }),
  };
}

function unlessChanged(error: unknown): { readonly Attributes?: undefined } {
  if (judgeError(error) === 'changed') return {};
  throw error;
}

async function sendOne(
  client: DynamoDBDocumentClient,
  command: PutCommand | UpdateCommand,
  abortSignal: AbortSignal,
): Promise<void> {
  if (command instanceof PutCommand) await client.send(command, { abortSignal });
  else await client.send(command, { abortSignal });
}
