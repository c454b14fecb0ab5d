import type { RollbackRecord } from '#shared/domain/rollback-record.ts';

export type RollbackQuestion = {
  /** Received from here on, epoch ms. */
  readonly from: number;
  /** And before this. */
  readonly to: number;
  readonly limit: number;
  /** What the page before gave as `next`. */
  readonly cursor?: string | undefined;
  readonly matches: (record: RollbackRecord) => boolean;
};

/**
 * A page may hold fewer than its limit, or none, and not be the last: only so much is looked through at once. The last one
 * has no `next`.
 */
export type RollbackPage = { readonly rollbacks: readonly RollbackRecord[]; readonly next?: string | undefined };

/** Rollbacks, the last received first. Throws StoreFault. */
export type RollbackList = {
  page(question: RollbackQuestion, signal: AbortSignal): Promise<RollbackPage>;
};

/** True for what may have been given as `next`. */
export function isCursor(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(#[\x21-\x7e]{0,200})?$/.test(text)) return false;
  const at = timeOf(text);
  // What is no day, such as 2026-02-30, is read as another one, of which the store cannot go on from there.
  return !Number.isNaN(at) && text.startsWith(new Date(at).toISOString());
}

/** The time that a cursor goes on from. */
export function timeOf(cursor: string): number {
  return Date.parse(cursor.split('#')[0] ?? '');
}
