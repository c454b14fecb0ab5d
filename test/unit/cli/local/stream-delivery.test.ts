import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { type DeliveryOptions, sequenceOf, streamDelivery } from '#cli/local/stream-delivery.ts';
import type { StreamFailure } from '#cli/local/stream-failure.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

function aRecord(sequence: string, { ageSeconds = 1, eventName = 'INSERT' as const } = {}): DynamoDBRecord {
  const ApproximateCreationDateTime = NOW / 1000 - ageSeconds;
  return { eventName, dynamodb: { SequenceNumber: sequence, ApproximateCreationDateTime } };
}
const records = (sequences: string) => [...sequences].map((sequence) => aRecord(sequence));

/** Delivers them to a function that answers so; tells each batch as the numbers in it, and what was given up. */
async function deliver(
  given: readonly DynamoDBRecord[],
  answer: (batch: string, time: number) => DynamoDBBatchResponse,
  mapping: Partial<DeliveryOptions> = {},
) {
  const batches: string[] = [];
  const failures: StreamFailure[] = [];
  const delivery = streamDelivery({
    streamArn: 'arn:stream',
    async invoke({ Records }) {
      const batch = Records.map(sequenceOf).join('');
      batches.push(batch);
      return answer(batch, batches.length);
    },
    onFailure: (failure) => failures.push(failure),
    now: () => NOW,
    ...mapping,
  });
  await delivery.deliver('shard-1', given);
  return { batches, failures, givenUp: failures.map(batchOf) };
}

const batchOf = ({ requestContext, DDBStreamBatchInfo: info }: StreamFailure) => ({
  condition: requestContext.condition,
  invoked: requestContext.approximateInvokeCount,
  from: info.startSequenceNumber,
  to: info.endSequenceNumber,
  size: info.batchSize,
});
const failedAt = (...sequences: string[]): DynamoDBBatchResponse => ({
  batchItemFailures: sequences.map((itemIdentifier) => ({ itemIdentifier })),
});
const done = failedAt();
const throws = (): never => {
  throw new Error('The function ended');
};
/** A function that cannot stand this record. */
const throwsAt = (poison: string) => (batch: string) => (batch.includes(poison) ? throws() : done);

describe('a batch', () => {
  test('holds no more records than the mapping says, in their order', async () => {
    const { batches } = await deliver(records('abcde'), () => done, { batchSize: 2 });

    expect(batches).toEqual(['ab', 'cd', 'e']);
  });

  test('has only the records that pass the filter, each judged alone', async () => {
    const given = [aRecord('a'), { ...aRecord('b'), eventName: 'MODIFY' as const }, aRecord('c')];

    const { batches, givenUp } = await deliver(given, () => done, { filterPatterns: [{ eventName: ['INSERT'] }] });

    expect(batches).toEqual(['ac']);
    expect(givenUp).toEqual([]);
  });

  test('of which the filter leaves nothing invokes nobody', async () => {
    const { batches } = await deliver(records('ab'), () => done, { filterPatterns: [{ eventName: ['REMOVE'] }] });

    expect(batches).toEqual([]);
  });
});

describe('a batch that failed in part', () => {
  test('comes again from the lowest failed record on', async () => {
    const { batches } = await deliver(records('abcd'), (_, time) => (time === 1 ? failedAt('d', 'b') : done));

    expect(batches).toEqual(['abcd', 'bcd']);
  });

  test.for([
    { what: 'an empty name', named: '' },
    { what: 'the name of a record that is not in it', named: 'x' },
  ])('with $what failed as a whole', async ({ named }) => {
    const { batches } = await deliver(records('abc'), (_, time) => (time === 1 ? failedAt('c', named) : done));

    expect(batches).toEqual(['abc', 'abc']);
  });

  test('is split there where splitting is on, which uses up no retry', async () => {
    const bisect = { bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 };

    const { batches, givenUp } = await deliver(records('abc'), () => failedAt('c'), bisect);

    expect(batches).toEqual(['abc', 'c', 'c']);
    expect(givenUp).toEqual([{ condition: 'RetryAttemptsExhausted', invoked: 3, from: 'c', to: 'c', size: 1 }]);
  });
});

describe('a function that throws', () => {
  test('is called again with the whole batch, and the reading goes on', async () => {
    const { batches } = await deliver(records('ab'), (_, time) => (time === 1 ? throws() : done));

    expect(batches).toEqual(['ab', 'ab']);
  });

  test('takes the whole batch with it once the retries are used up, and the next batch is delivered', async () => {
    const mapping = { batchSize: 2, maximumRetryAttempts: 2 };

    const { batches, givenUp } = await deliver(records('abc'), throwsAt('b'), mapping);

    expect(batches).toEqual(['ab', 'ab', 'ab', 'c']);
    expect(givenUp).toEqual([{ condition: 'RetryAttemptsExhausted', invoked: 3, from: 'a', to: 'b', size: 2 }]);
  });

  test('has its batch split where that is on, until the poison stands alone: nothing else is given up', async () => {
    const bisect = { bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 };

    const { batches, givenUp } = await deliver(records('abcd'), throwsAt('c'), bisect);

    expect(batches).toEqual(['abcd', 'ab', 'cd', 'c', 'c', 'd']);
    expect(givenUp).toMatchObject([{ condition: 'RetryAttemptsExhausted', from: 'c', to: 'c', size: 1 }]);
  });

  test('is called without an end where the retries have none', async () => {
    const { batches, givenUp } = await deliver(records('a'), (_, time) => (time <= 20 ? throws() : done), {
      maximumRetryAttempts: -1,
    });

    expect(batches).toHaveLength(21);
    expect(givenUp).toEqual([]);
  });
});

describe('records that are too old', () => {
  const MOST = { maximumRecordAgeInSeconds: 60 };

  test('are given up without an invocation, and the others delivered', async () => {
    const given = [
      aRecord('a', { ageSeconds: 62 }),
      aRecord('b', { ageSeconds: 61 }),
      aRecord('c', { ageSeconds: 60 }),
    ];

    const { batches, failures, givenUp } = await deliver(given, () => done, MOST);

    expect(batches).toEqual(['c']);
    expect(givenUp).toEqual([{ condition: 'RecordAgeExceeded', invoked: 0, from: 'a', to: 'b', size: 2 }]);
    expect(failures[0]).not.toHaveProperty('responseContext');
  });

  test('are given up where they become it while they are tried again', async () => {
    let now = NOW;
    const answer = (_: string, time: number) => {
      if (time === 3) now += 60_000;
      return throws();
    };

    const { batches, givenUp } = await deliver(records('a'), answer, { ...MOST, now: () => now });

    expect(batches).toEqual(['a', 'a', 'a']);
    expect(givenUp).toEqual([{ condition: 'RecordAgeExceeded', invoked: 3, from: 'a', to: 'a', size: 1 }]);
  });

  test('are delivered all the same where the mapping sets no age', async () => {
    const { batches } = await deliver([aRecord('a', { ageSeconds: 86_000 })], () => done);

    expect(batches).toEqual(['a']);
  });
});

test('the on-failure destination is told where the records stand, and not what is in them', async () => {
  const { failures } = await deliver(records('ab'), throws, { maximumRetryAttempts: 0 });

  expect(failures).toEqual([
    {
      version: '1.0',
      timestamp: '2026-11-21T12:00:00.000Z',
      requestContext: {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionArn: expect.stringContaining(':function:'),
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 1,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      DDBStreamBatchInfo: {
        shardId: 'shard-1',
        startSequenceNumber: 'a',
        endSequenceNumber: 'b',
        approximateArrivalOfFirstRecord: '2026-11-21T11:59:59Z',
        approximateArrivalOfLastRecord: '2026-11-21T11:59:59Z',
        batchSize: 2,
        streamArn: 'arn:stream',
      },
    },
  ]);
});

test('whoever stops it has nothing given up', async () => {
  let stopped = false;
  const answer = () => {
    stopped = true;
    return throws();
  };

  const { batches, givenUp } = await deliver(records('a'), answer, { maximumRetryAttempts: 0, stopped: () => stopped });

  expect(batches).toEqual(['a']);
  expect(givenUp).toEqual([]);
});
