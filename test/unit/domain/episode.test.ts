import { describe, expect, it } from 'vitest';
import { withRecord, withResolved } from '#shared/domain/episode.ts';
import type { Outcome } from '#shared/domain/outcome.ts';
import type { RollbackRecord, TargetRecord } from '#shared/domain/rollback-record.ts';
import { aRollbackRecord, FIRED_AT } from '#test/builders/rollback-record.ts';

type Firing = { readonly id: string; readonly after?: number; readonly outcome?: Outcome; readonly holdUntil?: number };

/** The target after the firings, in order; each fired `after` ms later and, where it was rolled back, took 10 s. */
function targetAfter(...firings: readonly Firing[]): TargetRecord {
  const target = firings.reduce<TargetRecord | undefined>(
    (known, { id, after: ms = 0, outcome = 'rolled-back', holdUntil }) => {
      const firedAt = FIRED_AT + ms;
      const timeline = { firedAt, receivedAt: firedAt + 1000, recordedAt: firedAt + 11_000 };
      const zeroed = outcome === 'rolled-back' ? { zeroedAt: firedAt + 10_000 } : {};
      return withRecord(
        known,
        { ...aRollbackRecord({ id, outcome }), timeline: { ...timeline, ...zeroed } },
        `${id}@`,
        holdUntil,
      );
    },
    undefined,
  );
  if (!target) throw new Error('No firing');
  return target;
}

describe('an episode', () => {
  it('begins with the first firing and is closed when the canary is at zero', () => {
    expect(targetAfter({ id: 'a' })).toMatchObject({
      version: 1,
      firings: ['a@'],
      episode: { id: 'a', firedAt: FIRED_AT, unresolved: ['a@'], closedAt: FIRED_AT + 10_000 },
    });
  });

  it('stays open while the canary is above zero, and takes every firing in', () => {
    const { episode, firings, version } = targetAfter(
      { id: 'a', outcome: 'failed' },
      { id: 'b', after: 60_000, outcome: 'refused' },
    );

    expect({ firings, version }).toEqual({ firings: ['b@', 'a@'], version: 2 });
    expect(episode).toEqual({
      id: 'a',
      firedAt: FIRED_AT,
      countedBy: 'a',
      unresolved: ['b@', 'a@'],
      closedAt: undefined,
    });
  });

  it('takes in a firing that began before the canary was at zero, or that found it there', () => {
    expect(targetAfter({ id: 'a' }, { id: 'b', after: 10_000 }).episode.id).toBe('a');
    expect(targetAfter({ id: 'a' }, { id: 'b', after: 99_000, outcome: 'already-zero' }).episode.id).toBe('a');
  });

  it('is a new one for a firing that began after the canary was at zero, and found it above', () => {
    const { episode } = targetAfter({ id: 'a' }, { id: 'b', after: 10_001 });

    expect(episode).toMatchObject({ id: 'b', firedAt: FIRED_AT + 10_001, unresolved: ['b@'] });
  });

  it('began with its earliest firing, whichever was received first', () => {
    expect(targetAfter({ id: 'a', after: 5000 }, { id: 'b' }).episode).toMatchObject({ id: 'a', firedAt: FIRED_AT });
  });

  it('ends with its last unresolved firing where the canary never was at zero', () => {
    const open = targetAfter({ id: 'a', outcome: 'failed' }, { id: 'b', outcome: 'failed' });

    const once = withResolved(open, 'a@', FIRED_AT + 1);
    const twice = withResolved(once, 'b@', FIRED_AT + 2);

    expect(once.episode).toMatchObject({ unresolved: ['b@'], closedAt: undefined });
    expect(twice).toMatchObject({ version: 4, episode: { unresolved: [], closedAt: FIRED_AT + 2 } });
  });

  it('that is closed keeps when it was, as its firings resolve', () => {
    expect(withResolved(targetAfter({ id: 'a' }), 'a@', FIRED_AT + 99_000).episode).toMatchObject({
      unresolved: [],
      closedAt: FIRED_AT + 10_000,
    });
  });

  it('remembers the last fifty firings', () => {
    const target = targetAfter(
      ...Array.from({ length: 60 }, (_, index) => ({ id: `f${index}`, outcome: 'failed' as const })),
    );

    expect(target.firings).toHaveLength(50);
    expect(target.firings[0]).toBe('f59@');
    expect(target.episode.unresolved).toHaveLength(50);
  });

  it('leaves the target held as long as the longest of its holds', () => {
    expect(targetAfter({ id: 'a', holdUntil: 5 }, { id: 'b', holdUntil: 3 }).holdUntil).toBe(5);
    expect(targetAfter({ id: 'a' }, { id: 'b', holdUntil: 3 }).holdUntil).toBe(3);
    expect(targetAfter({ id: 'a', holdUntil: 5 }, { id: 'b' }).holdUntil).toBe(5);
    expect(targetAfter({ id: 'a' }).holdUntil).toBeUndefined();
  });
});

describe('what an episode is counted by', () => {
  const countedBy = (...firings: readonly (Firing & { readonly count: RollbackRecord['sla']['count'] })[]) =>
    firings.reduce<TargetRecord | undefined>((known, { id, count, outcome = 'failed' }) => {
      const { sla, ...record } = aRollbackRecord({ id, outcome });
      return withRecord(known, { ...record, sla: { ...sla, count } }, `${id}@`, undefined);
    }, undefined)?.episode.countedBy;

  it.each(['met', 'missed', 'open'] as const)('is the first record that owes a rollback or may: %s', (count) => {
    const first = countedBy(
      { id: 'a', count: 'not-counted', outcome: 'suggested' },
      { id: 'b', count },
      { id: 'c', count },
    );

    expect(first).toBe('b');
  });

  it('is nothing while none is owed', () => {
    expect(countedBy({ id: 'a', count: 'not-counted', outcome: 'suggested' })).toBeUndefined();
  });

  it('is another one once it turns out that the first does not owe any', () => {
    const open = { id: 'a', count: 'open', outcome: 'pending' } as const;
    const suggested = { id: 'a', count: 'not-counted', outcome: 'suggested' } as const;

    expect(countedBy(open, suggested)).toBeUndefined();
    expect(countedBy(open, suggested, { id: 'b', count: 'missed' })).toBe('b');
  });
});
