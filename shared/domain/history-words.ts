import { OUTCOME_WORDS } from './outcome-words.ts';
import type { HistoryEntry } from './rollback-record.ts';

type WithoutTimes<T> = T extends unknown ? Omit<T, 'at' | 'writtenAt'> : never;

/** What happened, however its times are written. */
export type Happened = WithoutTimes<HistoryEntry>;

/** An entry of a rollback's history for a person, with the event that told of it. */
export function historyWords(entry: Happened): string {
  switch (entry.kind) {
    case 'improved':
      return `Better than before: it was ${OUTCOME_WORDS[entry.from.outcome]}${entry.from.reason ? ` (${entry.from.reason})` : ''}`;
    case 'reasserted':
      return `The canary had been put back: taken to zero again, number ${entry.number} (RollbackReasserted)`;
    case 'reverted':
      return `${entry.by ?? 'Somebody'} put the canary back, number ${entry.number} (RollbackReverted)`;
    case 'released':
      return `The hold on ${entry.virtualService} ended${by(entry.by)}${why(entry.why)} (HoldReleased)`;
    case 'restored':
      return `The weights of ${entry.virtualService} were brought back${by(entry.by)}${why(entry.why)} (RollbackRestored)`;
    case 'verified':
      return 'Verified: no request reached the canary any more';
    case 'unverified':
      return `Requests still reached the canary after the new weight had to work: ${entry.requestsPerSecond} a second (RollbackUnverified)`;
    case 'already-acted':
      return 'The same firing came again after the hold: left to a person (already-acted)';
    case 'contested':
      return 'The canary was put back again and again: left to a person (contested)';
    case 'resolved':
      return 'The alert resolved';
    case 'given-up':
      return 'We stopped trying';
  }
}

function by(name: string | undefined): string {
  return name === undefined ? '' : ` by ${name}`;
}

function why(words: string | undefined): string {
  return words ? `: “${words}”` : '';
}

/** What tells where the canary is now; the last of them holds. */
const SINCE: readonly string[] = ['reverted', 'reasserted', 'restored', 'verified', 'unverified', 'contested'];
const AS_IT_WAS_LEFT: readonly string[] = ['reasserted', 'verified'];

type Told = { readonly kind: string };

/**
 * What a person has to know before all else: the canary is no longer as the rollback left it, or never was. Undefined
 * where it is, as far as the history tells.
 */
export function sinceThen<T extends Told>(history: readonly T[]): T | undefined {
  const last = history.findLast(({ kind }) => SINCE.includes(kind));
  return last && AS_IT_WAS_LEFT.includes(last.kind) ? undefined : last;
}

/** True where what could reach the canary before the rollback can again, because somebody restored it. */
export function isRestored(history: readonly Told[]): boolean {
  return history.findLast(({ kind }) => ['restored', 'reverted', 'reasserted'].includes(kind))?.kind === 'restored';
}
