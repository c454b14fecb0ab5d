import type { RollbackRecord } from './rollback-record.ts';

/** istiod and the gateways take this long at most to act upon a new weight; requests of before are nobody's fault. */
const PROPAGATION_MS = 30_000;

/** From when on the canary must get nothing: a reassert began anew. */
export function zeroSince({ timeline, history }: RollbackRecord): number | undefined {
  if (timeline.zeroedAt === undefined) return undefined;
  const again = history.flatMap((entry) => (entry.kind === 'reasserted' ? entry.at : []));
  return Math.max(timeline.zeroedAt, ...again);
}

/** True where the canary's requests are still to be looked at, and all that is looked at lies after its zero. */
export function isToVerify(record: RollbackRecord, windowMs: number, now: number): boolean {
  const since = zeroSince(record);
  if (record.outcome !== 'rolled-back' || since === undefined) return false;
  return record.timeline.verifiedAt === undefined && record.supersededBy === undefined && now - windowMs >= since;
}

/**
 * What a rate proves of a record. Above zero it is told once, and only of a window that began when the new weight had taken
 * effect everywhere: at 90 s with the window of 60 s, at 60 s with one of 30 s, and then by the next run of guard.
 */
export function verify(
  record: RollbackRecord,
  rate: number,
  windowMs: number,
  now: number,
): 'verified' | 'unverified' | 'early' {
  if (rate === 0) return 'verified';
  const since = zeroSince(record) ?? now;
  const isKnown = record.history.some(({ kind }) => kind === 'unverified');
  return !isKnown && now - windowMs >= since + PROPAGATION_MS ? 'unverified' : 'early';
}
