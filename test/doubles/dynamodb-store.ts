import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import { createTable } from '#shared/adapters/dynamodb/create-table.ts';
import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { dynamodbDayLog } from '#shared/adapters/dynamodb/dynamodb-day-log.ts';
import { dynamodbOutbox } from '#shared/adapters/dynamodb/dynamodb-outbox.ts';
import { dynamodbRollbackList } from '#shared/adapters/dynamodb/dynamodb-rollback-list.ts';
import { type DynamodbOptions, dynamodbRollbackLog } from '#shared/adapters/dynamodb/dynamodb-rollback-log.ts';
import { dynamodbWeekLog } from '#shared/adapters/dynamodb/dynamodb-week-log.ts';
import type { DayLog } from '#shared/ports/day-log.ts';
import type { RollbackList } from '#shared/ports/rollback-list.ts';
import type { WeekLog } from '#shared/ports/week-log.ts';
import type { OpenStore } from '#test/port-suites/rollback-log.ts';

export type DynamodbStore = OpenStore & {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly streamArn: string;
  readonly dayLog: DayLog;
  readonly rollbackList: RollbackList;
  readonly weekLog: WeekLog;
};

/** A store in a new table of a local engine. */
export async function openDynamodbStore(endpoint: string, options: DynamodbOptions = {}): Promise<DynamodbStore> {
  const client = documentClient({ ...LOCAL_AWS, endpoint });
  const table = `weightless-${randomUUID()}`;
  const streamArn = await createTable(client, table);
  return {
    client,
    table,
    streamArn,
    log: dynamodbRollbackLog(client, table, options),
    outbox: dynamodbOutbox(client, table, options),
    dayLog: dynamodbDayLog(client, table, options),
    rollbackList: dynamodbRollbackList(client, table, options),
    weekLog: dynamodbWeekLog(client, table),
    close: async () => client.destroy(),
  };
}
