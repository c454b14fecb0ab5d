import { randomUUID } from 'node:crypto';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import { createTable } from '#shared/adapters/dynamodb/create-table.ts';
import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { dynamodbDayLog } from '#shared/adapters/dynamodb/dynamodb-day-log.ts';
import { dynamodbOutbox } from '#shared/adapters/dynamodb/dynamodb-outbox.ts';
import { dynamodbRollbackList } from '#shared/adapters/dynamodb/dynamodb-rollback-list.ts';
import { dynamodbRollbackLog } from '#shared/adapters/dynamodb/dynamodb-rollback-log.ts';
import { dynamodbWeekLog } from '#shared/adapters/dynamodb/dynamodb-week-log.ts';
import type { DynamodbStore } from '#test/doubles/dynamodb-store.ts';

/** A new table, asked with more patience than the product has: who only looks on must not be what fails. */
export async function openStore(endpoint: string): Promise<DynamodbStore> {
  const client = documentClient({
    ...LOCAL_AWS,
    endpoint,
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 20_000 },
  });
  const table = `weightless-${randomUUID()}`;
  const streamArn = await createTable(client, table);
  const [log, outbox] = [dynamodbRollbackLog(client, table), dynamodbOutbox(client, table)];
  const [dayLog, rollbackList] = [dynamodbDayLog(client, table), dynamodbRollbackList(client, table)];
  const weekLog = dynamodbWeekLog(client, table);
  return { client, table, streamArn, log, outbox, dayLog, rollbackList, weekLog, close: async () => client.destroy() };
}
