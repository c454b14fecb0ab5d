import type { RollbackRecord } from './rollback-record.ts';
import { owedSince } from './timeline.ts';

/**
 * True where a rollback may still come to a better end by itself: the records that guard's index holds. One that was
 * given up, or that another record replaces, has ended as it stands.
 */
export function isUnfinished({ outcome, reason, timeline, history, supersededBy }: RollbackRecord): boolean {
  if (supersededBy !== undefined || history.some(({ kind }) => kind === 'given-up')) return false;
  if (outcome === 'pending') return true;
  const mayMend = outcome === 'failed' || reason === 'stable-not-ready';
  return mayMend && timeline.alertResolvedAt === undefined;
}

/** True until when guard may act for a firing again: a `resolved` that was lost must not cost the next canary its traffic. */
export function mayRetry(record: RollbackRecord, holdMs: number, now: number): boolean {
  const { receivedAt, alertResolvedAt } = record.timeline;
  return isUnfinished(record) && alertResolvedAt === undefined && now <= receivedAt + holdMs;
}

/** True where a rollback that is still owed has missed its SLA target. */
export function isOverdue({ outcome, timeline, sla }: RollbackRecord, now: number): boolean {
  return outcome === 'pending' && now - owedSince(timeline) > sla.targetMs;
}
