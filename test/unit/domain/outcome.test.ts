import { describe, expect, it } from 'vitest';
import {
  eventTypeOf,
  httpStatusOf,
  isBetter,
  OUTCOMES,
  type Outcome,
  pages,
  REASONS,
  type Reason,
  slaCountOf,
  verdictOf,
} from '#shared/domain/outcome.ts';

/** The design's order, from worst to best known; those of one line are equal. */
const LADDER: readonly (readonly Outcome[])[] = [
  ['pending'],
  ['skipped', 'observed', 'suggested'],
  ['refused', 'failed'],
  ['already-zero'],
  ['rolled-back'],
];
const rank = (outcome: Outcome) => LADDER.findIndex((step) => step.includes(outcome));
const reasonsOf = (outcome: Outcome) =>
  (Object.keys(REASONS) as Reason[]).filter((reason) => REASONS[reason].outcome === outcome);

describe('the outcomes', () => {
  it('may be replaced by better ones only: every pair', () => {
    for (const seen of OUTCOMES) {
      for (const found of OUTCOMES) {
        expect({ seen, found, better: isBetter(found, seen) }).toEqual({
          seen,
          found,
          better: rank(found) > rank(seen),
        });
      }
    }
  });

  it('all but a rollback have reasons, and each reason one outcome', () => {
    for (const outcome of OUTCOMES) expect(reasonsOf(outcome).length > 0).toBe(outcome !== 'rolled-back');
    for (const reason of Object.keys(REASONS) as Reason[]) {
      expect(verdictOf(reason)).toEqual({ outcome: REASONS[reason].outcome, reason });
      expect(reason).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(REASONS[reason].means).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('are sent again by Alertmanager only while pending', () => {
    expect(OUTCOMES.filter((outcome) => httpStatusOf(outcome) === 503)).toEqual(['pending']);
  });

  it('are told, all but pending', () => {
    expect(OUTCOMES.map((outcome) => [outcome, eventTypeOf(outcome)])).toEqual([
      ['pending', undefined],
      ['skipped', 'RollbackSkipped'],
      ['observed', 'RollbackSkipped'],
      ['suggested', 'RollbackSuggested'],
      ['refused', 'RollbackRefused'],
      ['failed', 'RollbackFailed'],
      ['already-zero', 'RollbackSkipped'],
      ['rolled-back', 'RollbackCompleted'],
    ]);
  });

  it('are recorded, all but those that have no target', () => {
    const unrecorded = (Object.keys(REASONS) as Reason[]).filter((reason) => !REASONS[reason].recorded);

    expect(unrecorded).toEqual(reasonsOf('skipped'));
  });

  it('wake a person where we refused or failed, or where one must decide', () => {
    const paging = (Object.keys(REASONS) as Reason[]).filter((reason) => pages(verdictOf(reason)));

    expect(new Set(paging)).toEqual(
      new Set([...reasonsOf('refused'), ...reasonsOf('failed'), 'already-acted', 'contested', 'put-back']),
    );
    expect(pages({ outcome: 'rolled-back' })).toBe(false);
  });

  it('count in the SLA by their time, as misses, or not at all', () => {
    const counts = (Object.keys(REASONS) as Reason[]).map((reason) => [reason, slaCountOf(verdictOf(reason))] as const);

    expect(slaCountOf({ outcome: 'rolled-back' })).toBe('by-time');
    for (const [reason, count] of counts) {
      const { outcome } = REASONS[reason];
      const owed = ['refused', 'failed'].includes(outcome) && reason !== 'stable-is-breaching';
      expect({ reason, count }).toEqual({
        reason,
        count: outcome === 'pending' ? 'open' : owed ? 'missed' : 'not-counted',
      });
    }
  });
});
