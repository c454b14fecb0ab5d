import { afterAll, beforeAll } from 'vitest';
import { openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type Dynoxide, startDynoxide } from '#test/doubles/dynoxide.ts';
import { describeDynamodbTable } from '#test/port-suites/dynamodb-table.ts';
import { describeRollbackLog } from '#test/port-suites/rollback-log.ts';

let engine: Dynoxide;
beforeAll(async () => {
  engine = await startDynoxide();
});
afterAll(() => engine.stop());

describeRollbackLog('DynamoDB, dynoxide', () => openDynamodbStore(engine.endpoint));
describeDynamodbTable('dynoxide', (options) => openDynamodbStore(engine.endpoint, options));
