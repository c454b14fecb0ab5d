import type { CreateTableCommandInput, UpdateTimeToLiveCommandInput } from '@aws-sdk/client-dynamodb';

/** Rollbacks by the day on which they were received. */
export const BY_DAY_INDEX = 'byDay';
/** Events that wait to be sent, by age: sparse, as a sent one loses the attribute. */
export const UNSENT_INDEX = 'unsent';
/** Rollbacks that guard goes on with, by receipt: sparse, as an ended one lacks the attribute. Keys only: they are read as they are now. */
export const UNFINISHED_INDEX = 'unfinished';
/** Epoch seconds. */
const EXPIRY_ATTRIBUTE = 'expiresAt';

/**
 * The one table. An item that carries an index's attributes under another type is refused by DynamoDB: `day`, `received`,
 * `unsent`, `unfinished` (text) and `createdAt` (number) mean the same in every kind of item.
 */
export function tableDefinition(table: string) {
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'day', AttributeType: 'S' },
      { AttributeName: 'received', AttributeType: 'S' },
      { AttributeName: 'unsent', AttributeType: 'S' },
      { AttributeName: 'createdAt', AttributeType: 'N' },
      { AttributeName: 'unfinished', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: BY_DAY_INDEX,
        KeySchema: [
          { AttributeName: 'day', KeyType: 'HASH' },
          { AttributeName: 'received', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
      {
        IndexName: UNSENT_INDEX,
        KeySchema: [
          { AttributeName: 'unsent', KeyType: 'HASH' },
          { AttributeName: 'createdAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
      {
        IndexName: UNFINISHED_INDEX,
        KeySchema: [
          { AttributeName: 'unfinished', KeyType: 'HASH' },
          { AttributeName: 'received', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  } satisfies CreateTableCommandInput;
}

/** DynamoDB takes this in a call of its own, once the table is active. */
export function timeToLive(table: string) {
  return {
    TableName: table,
    TimeToLiveSpecification: { Enabled: true, AttributeName: EXPIRY_ATTRIBUTE },
  } satisfies UpdateTimeToLiveCommandInput;
}
