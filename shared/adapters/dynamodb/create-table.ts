import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { tableDefinition, timeToLive } from './table.ts';

/** Makes the table unless it is there already, and answers its stream's ARN. For engines that no template deploys to. */
export async function createTable(client: DynamoDBDocumentClient, table: string): Promise<string> {
  const isNew = await create(client, table);
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName: table });
  if (isNew) await client.send(new UpdateTimeToLiveCommand(timeToLive(table)));
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  if (!Table?.LatestStreamArn) throw new Error(`Table ${table} has no stream: delete it, or use another name.`);
  return Table.LatestStreamArn;
}

async function create(client: DynamoDBDocumentClient, table: string): Promise<boolean> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(table)));
    return true;
  } catch (error) {
    if (error instanceof ResourceInUseException) return false;
    throw error;
  }
}
