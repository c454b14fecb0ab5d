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
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { LOCAL_AWS } from './local-aws.ts';

export type StreamPoller = {
  /** Every batch that the function was called with, as sequence numbers. */
  readonly batches: readonly (readonly string[])[];
  /** What was given up after the retries. */
  readonly discarded: readonly DynamoDBRecord[];
  /** Resolves once the stream's position is taken: what is written from then on is delivered. */
  readonly opened: Promise<void>;
  /** Resolves once the stream has had nothing new for a few reads, and nothing is being retried. */
  idle(): Promise<void>;
  stop(): Promise<void>;
};

type PollerOptions = {
  readonly endpoint: string;
  readonly streamArn: string;
  /** Where to begin: at the stream's beginning, or with what is written from now on. */
  readonly from?: 'TRIM_HORIZON' | 'LATEST';
  readonly maxRetries: number;
  readonly invoke: (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;
  /** Told of the first fault in a row, and reading goes on; without it a fault ends the reading. */
  readonly onFault?: (fault: unknown) => void;
};

/** An engine may show a record a moment after its write. */
const QUIET_READS = 5;
const READ_EVERY_MS = 20;
const AFTER_FAULT_MS = 500;

/**
 * A table's stream, read as Lambda's event source mapping reads it with ReportBatchItemFailures: after
 * a failure the batch comes again from the lowest failed sequence number on, and is discarded when the retries are used up.
 */
export function pollStream({
  endpoint,
  streamArn,
  from = 'TRIM_HORIZON',
  maxRetries,
  invoke,
  onFault,
}: PollerOptions): StreamPoller {
  const client = new DynamoDBStreamsClient({ ...LOCAL_AWS, endpoint });
  const batches: string[][] = [];
  const discarded: DynamoDBRecord[] = [];
  let stopped = false;
  let reads = 0;
  let lastFull = 0;
  const iterators = new Map<string, string | undefined>();
  /** The last record read of each shard. */
  const lastRead = new Map<string, string>();

  async function deliver(records: readonly DynamoDBRecord[]): Promise<void> {
    let open = [...records];
    for (let attempt = 0; attempt <= maxRetries && open.length > 0 && !stopped; attempt += 1) {
      batches.push(open.map(sequenceOf));
      const failures = await invoke({ Records: open }).then(({ batchItemFailures }) => batchItemFailures);
      const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
      const first = open.findIndex((record) => failed.has(sequenceOf(record)));
      open = first === -1 ? [] : open.slice(first);
    }
    discarded.push(...open);
  }

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
      if (Records.length > 0) await deliver(Records.map(asLambdaGivesIt));
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

/** Lambda's events are JSON: times are numbers, and there are no classes. */
function asLambdaGivesIt(record: StreamRecord): DynamoDBRecord {
  return JSON.parse(JSON.stringify(record));
}

function sequenceOf(record: DynamoDBRecord): string {
  return record.dynamodb?.SequenceNumber ?? '';
}

async function untilTrue(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(5);
}
