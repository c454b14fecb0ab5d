import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';

/** EventBridge's limits for one call. */
export const MAX_ENTRIES = 10;
export const MAX_BYTES = 1024 * 1024;

/** Its way of counting: the bus's name and the JSON around an entry do not count. */
export function entryBytes({ Time, Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number {
  return (Time ? 14 : 0) + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}

type Sized = { readonly bytes: number };

/** Splits into calls, in order: each has at most ten entries and stays under 1 MB, unless one alone is over it. */
export function batchEntries<T extends Sized>(entries: readonly T[]): T[][] {
  const batches: T[][] = [];
  let last: T[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (last.length === 0 || last.length === MAX_ENTRIES || bytes + entry.bytes >= MAX_BYTES) {
      last = [];
      bytes = 0;
      batches.push(last);
    }
    last.push(entry);
    bytes += entry.bytes;
  }
  return batches;
}
