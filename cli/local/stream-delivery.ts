import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type FailureCondition, type StreamFailure, streamFailure } from './stream-failure.ts';
import { type FilterPattern, passesFilter } from './stream-filter.ts';

/** An event source mapping's properties, by Lambda's names and with its defaults. ReportBatchItemFailures is on. */
export type StreamMapping = {
  readonly batchSize?: number | undefined;
  /** -1: until they are too old. */
  readonly maximumRetryAttempts?: number | undefined;
  /** -1: for as long as the stream keeps them. */
  readonly maximumRecordAgeInSeconds?: number | undefined;
  readonly bisectBatchOnFunctionError?: boolean | undefined;
  readonly filterPatterns?: readonly FilterPattern[] | undefined;
};

export type DeliveryOptions = StreamMapping & {
  readonly streamArn: string;
  readonly invoke: (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;
  /** The on-failure destination: given what was given up, before what comes after it is delivered. */
  readonly onFailure?: ((failure: StreamFailure, records: readonly DynamoDBRecord[]) => unknown) | undefined;
  /** Delivery ends without giving up what is open. */
  readonly stopped?: () => boolean;
  readonly now?: () => number;
};

/** How often these records were delivered in vain, alone or in a larger batch. */
type Tries = { readonly invoked: number; readonly retries: number; readonly threw: boolean };

/** A batch, and what of it is to be delivered again; `told` where the function said from which record on. */
type Tried = {
  readonly open: readonly DynamoDBRecord[];
  readonly failed: readonly DynamoDBRecord[];
  readonly how: 'done' | 'told' | 'garbled' | 'threw';
};

const RETRY_AFTER_MS = 20;

/** Brings the records that one read of a shard found to the function, in their order, as Lambda does. */
export function streamDelivery(options: DeliveryOptions): {
  deliver(shardId: string, records: readonly DynamoDBRecord[]): Promise<void>;
} {
  const { batchSize = 100, filterPatterns = [], bisectBatchOnFunctionError: bisects = false, invoke } = options;
  const { stopped = () => false, now = Date.now, maximumRetryAttempts = -1, maximumRecordAgeInSeconds = -1 } = options;
  const mostRetries = maximumRetryAttempts === -1 ? Number.POSITIVE_INFINITY : maximumRetryAttempts;
  const mostAgeMs = maximumRecordAgeInSeconds === -1 ? Number.POSITIVE_INFINITY : maximumRecordAgeInSeconds * 1000;
  const isTooOld = ({ dynamodb }: DynamoDBRecord) =>
    now() - (dynamodb?.ApproximateCreationDateTime ?? 0) * 1000 > mostAgeMs;

  async function giveUp(
    shardId: string,
    records: readonly DynamoDBRecord[],
    condition: FailureCondition,
    { invoked, threw }: Tries,
  ): Promise<void> {
    if (records.length === 0) return;
    const known = { records, condition, invoked, threw, shardId, streamArn: options.streamArn, now: now() };
    await options.onFailure?.(streamFailure(known), records);
  }

  /** What is not given up as too old. */
  async function young(shardId: string, batch: readonly DynamoDBRecord[], before: Tries) {
    await giveUp(shardId, batch.filter(isTooOld), 'RecordAgeExceeded', before);
    return batch.filter((record) => !isTooOld(record));
  }

  /** One batch, until each of its records is delivered or given up. */
  async function settle(shardId: string, batch: readonly DynamoDBRecord[], before: Tries): Promise<void> {
    const open = await young(shardId, batch, before);
    if (open.length === 0 || stopped()) return;
    const tried = await tryBatch(invoke, open);
    const tries = { ...before, invoked: before.invoked + 1, threw: tried.how === 'threw' };
    if (tried.how !== 'done' && !stopped()) await again(shardId, tried, tries);
  }

  /** After a failure: in parts, which uses up no retry, or as it is. */
  async function again(shardId: string, tried: Tried, tries: Tries): Promise<void> {
    const { failed } = tried;
    const parts = bisects ? partsOf(tried) : undefined;
    if (!parts && tries.retries >= mostRetries) return giveUp(shardId, failed, 'RetryAttemptsExhausted', tries);
    await sleep(RETRY_AFTER_MS);
    if (!parts) return settle(shardId, failed, { ...tries, retries: tries.retries + 1 });
    for (const part of parts) await settle(shardId, part, tries);
  }

  return {
    async deliver(shardId, records) {
      const wanted = records.filter((record) => passesFilter(filterPatterns, record));
      for (let from = 0; from < wanted.length && !stopped(); from += batchSize) {
        await settle(shardId, wanted.slice(from, from + batchSize), { invoked: 0, retries: 0, threw: false });
      }
    },
  };
}

/** From the lowest failed record on; everything where the function threw or named none of ours. */
async function tryBatch(invoke: DeliveryOptions['invoke'], open: readonly DynamoDBRecord[]): Promise<Tried> {
  try {
    const response = await invoke({ Records: [...open] });
    const failures = response?.batchItemFailures ?? [];
    if (failures.length === 0) return { open, failed: [], how: 'done' };
    const places = failures.map(({ itemIdentifier }) => open.findIndex((one) => sequenceOf(one) === itemIdentifier));
    const first = Math.min(...places);
    return first === -1 ? { open, failed: open, how: 'garbled' } : { open, failed: open.slice(first), how: 'told' };
  } catch {
    return { open, failed: open, how: 'threw' };
  }
}

/** At the place of the failure where the function told it, in the middle where it did not. Some have no parts. */
function partsOf({ open, failed, how }: Tried): readonly (readonly DynamoDBRecord[])[] | undefined {
  if (how === 'told') return failed.length < open.length ? [failed] : undefined;
  if (open.length === 1) return undefined;
  const middle = Math.ceil(open.length / 2);
  return [open.slice(0, middle), open.slice(middle)];
}

export function sequenceOf(record: DynamoDBRecord): string {
  return record.dynamodb?.SequenceNumber ?? '';
}
