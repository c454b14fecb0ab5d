import type { Outcome } from './outcome.ts';
import type { Episode, RollbackRecord, TargetRecord } from './rollback-record.ts';

const MAX_FIRINGS = 50;

/** A rollback's outcome by which its target is at zero, so that the episode is over. */
function atZero(outcome: Outcome): boolean {
  return outcome === 'rolled-back' || outcome === 'already-zero';
}

/**
 * The target after one more record about it. An episode runs from the first firing until the canary is at zero or the
 * alert has resolved; a firing that found it at zero already, or that began before it was, belongs to the last one.
 */
export function withRecord(
  target: TargetRecord | undefined,
  record: Pick<RollbackRecord, 'id' | 'cluster' | 'canary' | 'outcome' | 'timeline' | 'sla'>,
  firing: string,
  holdUntil: number | undefined,
): TargetRecord {
  const { cluster, canary, outcome, timeline } = record;
  const joined = target && joins(target.episode, record, firing) ? target.episode : undefined;
  const began: Episode = joined ?? { id: record.id, firedAt: timeline.firedAt, unresolved: [] };
  const unresolved = [...new Set([firing, ...began.unresolved])].slice(0, MAX_FIRINGS);
  const closedAt = began.closedAt ?? (atZero(outcome) ? (timeline.zeroedAt ?? timeline.recordedAt) : undefined);
  return {
    cluster,
    canary,
    version: (target?.version ?? 0) + 1,
    firings: [...new Set([firing, ...(target?.firings ?? [])])].slice(0, MAX_FIRINGS),
    holdUntil: latest(target?.holdUntil, holdUntil),
    episode: {
      ...began,
      firedAt: Math.min(began.firedAt, timeline.firedAt),
      countedBy: countedBy(began, record),
      unresolved,
      closedAt,
    },
  };
}

/** The first record that owes a rollback, or still may, until it turns out that it does not. */
function countedBy(episode: Episode, { id, sla }: Pick<RollbackRecord, 'id' | 'sla'>): string | undefined {
  const isOwed = sla.count !== 'not-counted';
  if (episode.countedBy === undefined) return isOwed ? id : undefined;
  return episode.countedBy === id && !isOwed ? undefined : episode.countedBy;
}

function joins(
  episode: Episode,
  { outcome, timeline }: Pick<RollbackRecord, 'outcome' | 'timeline'>,
  firing: string,
): boolean {
  if (episode.closedAt === undefined || episode.unresolved.includes(firing)) return true;
  return outcome === 'already-zero' || timeline.firedAt <= episode.closedAt;
}

/** The target after one of its firings has resolved: the episode ends with its last unresolved firing. */
export function withResolved(target: TargetRecord, firing: string, at: number): TargetRecord {
  const unresolved = target.episode.unresolved.filter((one) => one !== firing);
  const closedAt = target.episode.closedAt ?? (unresolved.length === 0 ? at : undefined);
  return { ...target, version: target.version + 1, episode: { ...target.episode, unresolved, closedAt } };
}

function latest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
