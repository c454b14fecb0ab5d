import { inject } from 'vitest';
import { openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { describeDayLog } from '#test/port-suites/day-log.ts';
import { describeDynamodbTable } from '#test/port-suites/dynamodb-table.ts';
import { describeRollbackList } from '#test/port-suites/rollback-list.ts';
import { describeRollbackLog } from '#test/port-suites/rollback-log.ts';
import { describeWeekLog } from '#test/port-suites/week-log.ts';

const endpoint = inject('dynamodbEndpoint');

describeRollbackLog('DynamoDB Local', () => openDynamodbStore(endpoint));
describeDynamodbTable('DynamoDB Local', (options) => openDynamodbStore(endpoint, options));
describeDayLog('DynamoDB Local', (options) => openDynamodbStore(endpoint, options));
describeRollbackList('DynamoDB Local', () => openDynamodbStore(endpoint));
describeWeekLog('DynamoDB Local', () => openDynamodbStore(endpoint));
