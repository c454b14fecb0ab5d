import type { RollbackOutboxEvent } from '#shared/contracts/events.ts';
import type { RollbackRecord, TargetRecord } from '#shared/domain/rollback-record.ts';
import type { Page } from './page.ts';

/** What is known of some rollbacks and of one target, read together. */
export type KnownRollbacks = {
  readonly rollbacks: ReadonlyMap<string, RollbackRecord>;
  readonly target?: TargetRecord | undefined;
};

/** One all-or-nothing write. Every record carries the version it is to have: one more than what was seen, 1 for a new one. */
export type RollbackChange = {
  readonly rollbacks: readonly RollbackRecord[];
  readonly target?: TargetRecord | undefined;
  /** Unfinished rollbacks without a canary that a record of this change replaces. */
  readonly remove: readonly { readonly id: string; readonly version: number; readonly firing: string }[];
  readonly events: readonly RollbackOutboxEvent[];
  /** When records that are removed, or are now received at another time, were received before, epoch ms: their days change, too. */
  readonly receivedBefore?: readonly number[] | undefined;
};

/** At most this many records a change: each takes up to four of a transaction's 100 items. */
export const MAX_RECORDS_PER_CHANGE = 20;

/** The store of rollbacks. Throws StoreFault where it does not answer. */
export type RollbackLog = {
  read(
    ids: readonly string[],
    target: Pick<TargetRecord, 'cluster' | 'canary'> | undefined,
    signal: AbortSignal,
  ): Promise<KnownRollbacks>;
  /** `conflict` where something of it has changed since it was read: read and decide again. */
  commit(change: RollbackChange, signal: AbortSignal): Promise<'written' | 'conflict'>;
  /** All records of one firing (`fingerprint@startsAt`), whatever their target. */
  ofFiring(firing: string, signal: AbortSignal): Promise<readonly RollbackRecord[]>;
  /** The last ones received, newest first. */
  recent(limit: number, signal: AbortSignal): Promise<readonly RollbackRecord[]>;
  /** A page of the records that are unfinished (domain/unfinished.ts), the first received first, as they are now. */
  unfinished(page: Page, signal: AbortSignal): Promise<UnfinishedPage>;
};

/** `next` is absent after the last page; a page may hold fewer than its limit, or none, and not be the last. */
export type UnfinishedPage = { readonly records: readonly RollbackRecord[]; readonly next?: string | undefined };

/** The store did not answer, or not as a store does. A retry can help. */
export class StoreFault extends Error {
  override name = 'StoreFault' as const;
  readonly retryable = true;
}
