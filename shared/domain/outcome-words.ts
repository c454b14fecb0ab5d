import type { Outcome } from './outcome.ts';

/** Each outcome as a person says it. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  'rolled-back': 'rolled back',
  'already-zero': 'was at zero already',
  failed: 'failed',
  refused: 'refused',
  suggested: 'suggested only',
  pending: 'not done yet',
  observed: 'observed only',
  skipped: 'skipped',
};
