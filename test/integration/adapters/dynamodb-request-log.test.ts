import { afterAll, beforeAll } from 'vitest';
import { dynamodbRequestLog } from '#shared/adapters/dynamodb/dynamodb-request-log.ts';
import { openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type Dynoxide, startDynoxide } from '#test/doubles/dynoxide.ts';
import { describeRequestLog } from '#test/port-suites/request-log.ts';

let engine: Dynoxide;
beforeAll(async () => {
  engine = await startDynoxide();
});
afterAll(() => engine.stop());

describeRequestLog('DynamoDB, dynoxide', async () => {
  const { client, table } = await openDynamodbStore(engine.endpoint);
  return dynamodbRequestLog(client, table);
});
