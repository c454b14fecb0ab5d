import { randomUUID } from 'node:crypto';
import type { DynamoDBRecord } from 'aws-lambda';

/** Why records were given up. */
export type FailureCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** What Lambda hands to the on-failure destination of a stream: where the records stood, and not what was in them. */
export type StreamFailure = {
  readonly version: '1.0';
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: FailureCondition;
    readonly approximateInvokeCount: number;
  };
  /** Absent where the function was never invoked with them; without an error where it named what failed. */
  readonly responseContext?: {
    readonly statusCode: 200;
    readonly executedVersion: '$LATEST';
    readonly functionError?: 'Unhandled';
  };
  readonly DDBStreamBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly approximateArrivalOfFirstRecord: string;
    readonly approximateArrivalOfLastRecord: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
};

export type GivenUp = {
  readonly records: readonly DynamoDBRecord[];
  readonly condition: FailureCondition;
  readonly invoked: number;
  /** The last invocation threw. */
  readonly threw: boolean;
  readonly shardId: string;
  readonly streamArn: string;
  readonly now: number;
};

const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:000000000000:function:weightless-publish';

export function streamFailure({ records, condition, invoked, threw, shardId, streamArn, now }: GivenUp): StreamFailure {
  const [first, last] = [records[0]?.dynamodb, records.at(-1)?.dynamodb];
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId: randomUUID(),
      functionArn: FUNCTION_ARN,
      condition,
      approximateInvokeCount: invoked,
    },
    ...(invoked > 0 ? { responseContext: responseContext(threw) } : {}),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first?.SequenceNumber ?? '',
      endSequenceNumber: last?.SequenceNumber ?? '',
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn,
    },
  };
}

function responseContext(threw: boolean): NonNullable<StreamFailure['responseContext']> {
  const answered = { statusCode: 200, executedVersion: '$LATEST' } as const;
  return threw ? { ...answered, functionError: 'Unhandled' } : answered;
}

/** To the second, as the stream tells it. */
function arrival(record: DynamoDBRecord['dynamodb']): string {
  return new Date((record?.ApproximateCreationDateTime ?? 0) * 1000).toISOString().replace('.000Z', 'Z');
}
