import { OUTCOMES, type Outcome, REASONS } from '#shared/domain/outcome.ts';
import { OUTCOME_WORDS } from '#shared/domain/outcome-words.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { duration } from './words.ts';

type OutcomeFace = { readonly words: string; readonly sign: string; readonly tone: 'good' | 'bad' | 'warn' | 'soft' };

/** The sign tells what the colour does, to those who do not see it. */
const FACES: Readonly<Record<Outcome, OutcomeFace>> = {
  'rolled-back': { words: OUTCOME_WORDS['rolled-back'], sign: '✓', tone: 'good' },
  'already-zero': { words: OUTCOME_WORDS['already-zero'], sign: '✓', tone: 'good' },
  failed: { words: OUTCOME_WORDS.failed, sign: '✗', tone: 'bad' },
  refused: { words: OUTCOME_WORDS.refused, sign: '✗', tone: 'bad' },
  suggested: { words: OUTCOME_WORDS.suggested, sign: '!', tone: 'warn' },
  pending: { words: OUTCOME_WORDS.pending, sign: '…', tone: 'warn' },
  observed: { words: OUTCOME_WORDS.observed, sign: '○', tone: 'soft' },
  skipped: { words: OUTCOME_WORDS.skipped, sign: '○', tone: 'soft' },
};

export function faceOf(outcome: Outcome): OutcomeFace {
  return FACES[outcome];
}

export function isOutcome(word: string): word is Outcome {
  return OUTCOMES.some((one) => one === word);
}

export function outcomeBadge({ outcome, reason }: Pick<RollbackRecord, 'outcome' | 'reason'>): Html {
  const { words, sign, tone } = FACES[outcome];
  const why = reason && reason !== 'at-zero' ? `: ${reason}` : '';
  return html`<span class="badge ${tone}"><span aria-hidden="true">${sign} </span>${words}${why}</span>`;
}

/** Why, in a sentence; nothing where the outcome says it all. */
export function reasonWords({ reason }: Pick<RollbackRecord, 'reason'>): string {
  return reason ? REASONS[reason].means : '';
}

/** How the record stands against its target, for a person. */
export function slaWords({ sla }: Pick<RollbackRecord, 'sla'>): Html {
  const target = `target ${duration(sla.targetMs)}`;
  const notes = [
    sla.late ? 'the alert came to us late' : '',
    sla.clockSkew ? 'the alert’s clock is ahead of ours' : '',
  ].filter(Boolean);
  const more = notes.length > 0 ? `; ${notes.join('; ')}` : '';
  switch (sla.count) {
    case 'met':
      return html`<span class="good">✓ SLA met</span> (${target}${more})`;
    case 'missed':
      return html`<span class="bad">✗ SLA missed</span> (${target}${more})`;
    case 'open':
      return html`<span class="warn">… not decided yet</span> (${target}${more})`;
    case 'not-counted':
      return html`not counted in the SLA (${target}${more})`;
  }
}
