import { afterAll, beforeAll } from 'vitest';
import { openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type Dynoxide, startDynoxide } from '#test/doubles/dynoxide.ts';
import { describeDayLog } from '#test/port-suites/day-log.ts';
import { describeRollbackList } from '#test/port-suites/rollback-list.ts';
import { describeWeekLog } from '#test/port-suites/week-log.ts';

let engine: Dynoxide;
beforeAll(async () => {
  engine = await startDynoxide();
});
afterAll(() => engine.stop());

describeDayLog('DynamoDB, dynoxide', (options) => openDynamodbStore(engine.endpoint, options));
describeRollbackList('DynamoDB, dynoxide', () => openDynamodbStore(engine.endpoint));
describeWeekLog('DynamoDB, dynoxide', () => openDynamodbStore(engine.endpoint));
