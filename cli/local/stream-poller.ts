import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';
import { LOCAL_AWS } from './local-aws.ts';
import { type DeliveryOptions, sequenceOf, streamDelivery } from './stream-delivery.ts';

export type StreamPoller = {
  /** Every batch that the function was called with, as sequence numbers. */
  readonly batches: readonly (readonly string[])[];
  /** What was given up: tried too often, or too old. */
  readonly discarded: readonly DynamoDBRecord[];
  /** Resolves once the stream's position is taken: what is written from then on is delivered. */
  readonly opened: Promise<void>;
  /** Resolves once the stream has had nothing new for a few reads, and nothing is being retried. */
  idle(): Promise<void>;
  stop(): Promise<void>;
};

type PollerOptions = Omit<DeliveryOptions, 'stopped'> & {
  readonly endpoint: string;
  /** Where to begin: at the stream's beginning, or with what is written from now on. */
  readonly from?: 'TRIM_HORIZON' | 'LATEST';
  /** Told of the first fault of the stream in a row, and reading goes on; without it a fault ends the reading. */
  readonly onFault?: (fault: unknown) => void;
};

/** An engine may show a record a moment after its write. */
const QUIET_READS = 5;
const READ_EVERY_MS = 20;
const AFTER_FAULT_MS = 500;

/**
 * A table's stream, read as Lambda's event source mapping reads it: what the filter passes comes in batches, in the
 * stream's order, and a batch that failed holds up its shard until it is delivered, too old, or tried too often. What a
 * function throws is a failed batch, and no fault of the stream.
 */
export function pollStream({
  endpoint,
  from = 'TRIM_HORIZON',
  onFault,
  onFailure,
  invoke,
  ...mapping
}: PollerOptions): StreamPoller {
  const { streamArn } = mapping;
  const client = new DynamoDBStreamsClient({ ...LOCAL_AWS, endpoint });
  const batches: string[][] = [];
  const discarded: DynamoDBRecord[] = [];
  let stopped = false;
  let reads = 0;
  let lastFull = 0;
  const iterators = new Map<string, string | undefined>();
  /** The last record read of each shard. */
  const lastRead = new Map<string, string>();

  const delivery = streamDelivery({
    ...mapping,
    invoke(event) {
      batches.push(event.Records.map(sequenceOf));
      return invoke(event);
    },
    async onFailure(failure, records) {
      discarded.push(...records);
      await onFailure?.(failure, records);
    },
    stopped: () => stopped,
  });

  async function openNewShards(): Promise<void> {
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn: streamArn }));
    for (const { ShardId } of StreamDescription?.Shards ?? []) {
      if (!ShardId || iterators.has(ShardId)) continue;
      const command = new GetShardIteratorCommand({
        StreamArn: streamArn,
        ShardId,
        // A shard that opens later holds only what came later.
        ShardIteratorType: iterators.size === 0 ? from : 'TRIM_HORIZON',
      });
      iterators.set(ShardId, (await client.send(command)).ShardIterator);
    }
  }

  /** DynamoDB Local takes away the position in a shard that is still empty once other tables have written enough. */
  async function read(
    shard: string,
    iterator: string,
  ): Promise<Pick<GetRecordsCommandOutput, 'Records' | 'NextShardIterator'>> {
    try {
      const found = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
      const last = found.Records?.at(-1)?.dynamodb?.SequenceNumber;
      if (last) lastRead.set(shard, last);
      return found;
    } catch (fault) {
      if (!isLostPosition(fault)) throw fault;
      const position = positionAfter(lastRead.get(shard));
      const command = new GetShardIteratorCommand({ StreamArn: streamArn, ShardId: shard, ...position });
      return { NextShardIterator: (await client.send(command)).ShardIterator };
    }
  }

  async function readOnce(): Promise<void> {
    await openNewShards();
    let count = 0;
    for (const [shard, iterator] of iterators) {
      if (!iterator) continue;
      const { Records = [], NextShardIterator } = await read(shard, iterator);
      iterators.set(shard, NextShardIterator);
      count += Records.length;
      if (Records.length > 0) await delivery.deliver(shard, Records.map(asLambdaGivesIt));
    }
    reads += 1;
    if (count > 0) lastFull = reads;
  }

  let faults = 0;
  /** How long to wait before the next read. */
  async function readOrTell(): Promise<number> {
    try {
      await readOnce();
      faults = 0;
      return READ_EVERY_MS;
    } catch (fault) {
      if (!onFault) throw fault;
      if (faults === 0 && !stopped) onFault(fault);
      faults += 1;
      return AFTER_FAULT_MS;
    }
  }

  const position = Promise.withResolvers<void>();
  async function run(): Promise<void> {
    while (!stopped) {
      const waitMs = await readOrTell();
      if (reads > 0) position.resolve();
      await sleep(waitMs);
    }
    position.resolve();
  }
  const running = run();
  // Its error is for those who wait; until one of them does, it must not end the process.
  running.catch(position.reject);
  position.promise.catch(() => undefined);

  return {
    batches,
    discarded,
    opened: position.promise,
    async idle() {
      const asked = reads;
      await Promise.race([running, untilTrue(() => reads >= Math.max(asked, lastFull) + QUIET_READS)]);
    },
    async stop() {
      stopped = true;
      await running;
      client.destroy();
    },
  };
}

function isLostPosition(fault: unknown): boolean {
  return fault instanceof TrimmedDataAccessException || fault instanceof ExpiredIteratorException;
}

function positionAfter(SequenceNumber: string | undefined) {
  return SequenceNumber
    ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const, SequenceNumber }
    : { ShardIteratorType: 'TRIM_HORIZON' as const };
}

/** Lambda's events are JSON: times are seconds, and there are no classes. */
function asLambdaGivesIt({ dynamodb: { ApproximateCreationDateTime: at, ...change } = {}, ...record }: StreamRecord) {
  const seconds = at ? { ApproximateCreationDateTime: Math.floor(at.getTime() / 1000) } : {};
  const given: DynamoDBRecord = JSON.parse(JSON.stringify({ ...record, dynamodb: { ...change, ...seconds } }));
  return given;
}

async function untilTrue(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(5);
}
