import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { OutboxEvent } from '#shared/contracts/events.ts';
import { parseEventItem } from '#shared/contracts/items.ts';
import type { Outbox, UnsentPage } from '#shared/ports/event-bus.ts';
import type { Page } from '#shared/ports/page.ts';
import type { DynamodbOptions } from './dynamodb-rollback-log.ts';
import { judgeError } from './judge-error.ts';
import { eventKey, UNSENT } from './keys.ts';
import { queryPage } from './query-items.ts';
import { readable } from './readable.ts';
import { retryCrowded } from './retry.ts';
import { storeCall } from './store-call.ts';
import { UNSENT_INDEX } from './table.ts';

/** The outbox items of the same table. One that does not parse is left out of a list of unsent ones. */
export function dynamodbOutbox(
  client: DynamoDBDocumentClient,
  table: string,
  { onUnreadable = () => undefined }: Pick<DynamodbOptions, 'onUnreadable'> = {},
): Outbox {
  async function clear({ id }: OutboxEvent, signal: AbortSignal): Promise<void> {
    const command = new UpdateCommand({
      TableName: table,
      Key: eventKey(id),
      UpdateExpression: 'REMOVE unsent',
      // An event that has expired must not come back as an empty item.
      ConditionExpression: 'attribute_exists(pk)',
    });
    try {
      await retryCrowded(() => client.send(command, { abortSignal: signal }), signal);
    } catch (error) {
      if (judgeError(error) !== 'changed') throw error;
    }
  }

  async function clearAll(events: readonly OutboxEvent[], signal: AbortSignal): Promise<void> {
    const results = await Promise.allSettled(events.map((event) => clear(event, signal)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async function page(olderThan: number, wanted: Page, signal: AbortSignal): Promise<UnsentPage> {
    const question = {
      IndexName: UNSENT_INDEX,
      KeyConditionExpression: 'unsent = :unsent AND createdAt < :olderThan',
      ExpressionAttributeValues: { ':unsent': UNSENT, ':olderThan': olderThan },
    };
    const { items, next } = await queryPage({ client, name: table }, question, wanted, signal);
    return { events: readable(items, { parse: parseEventItem, onUnreadable }), next };
  }

  return {
    unsent: (olderThan, wanted, signal) =>
      storeCall('list unsent events', table, () => page(olderThan, wanted, signal)),
    markSent: (events, signal) => storeCall('mark events as sent', table, () => clearAll(events, signal)),
  };
}
