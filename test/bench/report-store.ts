import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import { sdkTimeouts } from '#shared/adapters/aws/sdk-timeouts.ts';
import { createTable } from '#shared/adapters/dynamodb/create-table.ts';
import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { dynamodbDayLog } from '#shared/adapters/dynamodb/dynamodb-day-log.ts';
import type { DayLog } from '#shared/ports/day-log.ts';
import { NOW } from './report-data.ts';

export type BenchStore = {
  readonly endpoint: string;
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly dayLog: DayLog;
  close(): void;
};

/** A table of a local engine, by a client that waits for it: an engine on a busy machine may need seconds. */
export function benchStore(endpoint: string, table: string): BenchStore {
  const client = documentClient({ ...LOCAL_AWS, endpoint, requestHandler: sdkTimeouts(60_000) });
  const dayLog = dynamodbDayLog(client, table, { now: () => NOW });
  return { endpoint, client, table, dayLog, close: () => client.destroy() };
}

export async function newBenchStore(endpoint: string): Promise<BenchStore> {
  const store = benchStore(endpoint, `weightless-${randomUUID()}`);
  await createTable(store.client, store.table);
  return store;
}
