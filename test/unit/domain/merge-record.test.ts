import { describe, expect, it } from 'vitest';
import { type Merged, mergeRecord, type RollbackDraft } from '#shared/domain/merge-record.ts';
import { isBetter, OUTCOMES, type Outcome, REASONS, type Reason, slaCountOf } from '#shared/domain/outcome.ts';
import type { Residual } from '#shared/domain/residual.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { aRollbackDraft } from '#test/builders/rollback-draft.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';

const NOW = FIRED_AT + 9000;

function reasonOf(outcome: Outcome): Reason | undefined {
  return (Object.keys(REASONS) as Reason[]).find((reason) => REASONS[reason].outcome === outcome);
}

function draftOf(outcome: Outcome, overrides: Partial<RollbackDraft> = {}): RollbackDraft {
  const { zeroedAt, zeroedPrecision, ...untimed } = aRollbackDraft().timeline;
  const timeline = outcome === 'rolled-back' ? aRollbackDraft().timeline : untimed;
  return aRollbackDraft({ outcome, reason: reasonOf(outcome), message: `it was ${outcome}`, timeline, ...overrides });
}

function written(merged: Merged): RollbackRecord {
  if (merged.kind !== 'write') throw new Error('Nothing was to be written');
  return merged.record;
}

const first = (draft: RollbackDraft) => written(mergeRecord(undefined, draft, NOW));
const toldOf = (merged: Merged) =>
  merged.kind === 'write' ? merged.told.map((told) => (told.kind === 'history' ? told.entry.kind : told.kind)) : [];

describe('a first record', () => {
  it('is made of the draft, judged by its time, and told', () => {
    const merged = mergeRecord(undefined, aRollbackDraft(), NOW);

    const { slaMs, reasserts, timeline, ...rest } = aRollbackDraft();
    expect(written(merged)).toEqual({
      ...rest,
      version: 1,
      timeline: { ...timeline, recordedAt: NOW },
      sla: { targetMs: 60_000, alertToZeroMs: 4020, met: true, late: false, clockSkew: false, count: 'met' },
      pages: false,
      history: [],
    });
    expect(toldOf(merged)).toEqual(['outcome']);
  });

  it('that is pending is told to nobody, pages nobody, and counts as open', () => {
    const merged = mergeRecord(undefined, draftOf('pending'), NOW);

    expect(written(merged)).toMatchObject({ pages: false, sla: { count: 'open' } });
    expect(toldOf(merged)).toEqual([]);
  });

  it('that missed its target tells of the breach, too', () => {
    const merged = mergeRecord(undefined, aRollbackDraft({ slaMs: 4019 }), NOW);

    expect(written(merged)).toMatchObject({ sla: { met: false, count: 'missed' } });
    expect(toldOf(merged)).toEqual(['outcome', 'sla-breached']);
  });

  it('pages where users may still reach the canary', () => {
    const residual = (kind: Residual['kind']) =>
      first(aRollbackDraft({ residual: [{ kind, virtualService: 'a/b', route: 'c', what: 'd' }] }));

    for (const kind of ['unmanaged-virtual-service', 'unmanaged-mirror', 'route-table-invalid'] as const)
      expect({ kind, pages: residual(kind).pages }).toEqual({ kind, pages: true });
    for (const kind of ['header-route', 'overlapping-destination'] as const)
      expect({ kind, pages: residual(kind).pages }).toEqual({ kind, pages: false });
    expect(first(aRollbackDraft({ residual: 'unknown' })).pages).toBe(false);
  });

  it('made from a journal that counts reasserts has each in its history, and tells each', () => {
    const merged = mergeRecord(undefined, aRollbackDraft({ reasserts: 2 }), NOW);

    expect(written(merged).history).toEqual([
      { kind: 'reverted', at: NOW, number: 1, pages: false },
      { kind: 'reasserted', at: NOW, number: 1 },
      { kind: 'reverted', at: NOW, number: 2, pages: false },
      { kind: 'reasserted', at: NOW, number: 2 },
    ]);
    expect(toldOf(merged)).toEqual(['outcome', 'reverted', 'reasserted', 'reverted', 'reasserted']);
  });
});

describe('a record that is there already', () => {
  it.each(OUTCOMES.flatMap((seen) => OUTCOMES.map((found) => ({ seen, found }))))(
    'and says $seen, met by $found, only improves',
    ({ seen, found }) => {
      const existing = first(draftOf(seen));
      const later = NOW + 1000;

      const merged = mergeRecord(existing, draftOf(found), later);

      if (!isBetter(found, seen)) {
        expect(merged).toEqual({ kind: 'keep', record: existing });
        return;
      }
      const stays = existing.sla.count === 'missed' && found !== 'rolled-back';
      const counted = slaCountOf({ outcome: found, reason: reasonOf(found) });
      expect(written(merged)).toMatchObject({
        version: 2,
        outcome: found,
        message: `it was ${found}`,
        timeline: { recordedAt: later },
        sla: { count: stays ? 'missed' : counted === 'by-time' ? 'met' : counted },
        history: [{ kind: 'improved', at: later, from: { outcome: seen } }],
      });
      expect(written(merged).reason).toBe(reasonOf(found));
      expect(toldOf(merged)).toEqual(['outcome']);
    },
  );

  it('keeps when it was first received, and is late by that', () => {
    const existing = first(draftOf('failed'));
    const timeline = { ...aRollbackDraft().timeline, receivedAt: FIRED_AT + 20 * 60_000, zeroedAt: FIRED_AT + 30_000 };

    const improved = written(mergeRecord(existing, aRollbackDraft({ timeline }), NOW));

    expect(improved.timeline.receivedAt).toBe(FIRED_AT + 4000);
    expect(improved.sla).toMatchObject({ late: false, met: true, count: 'met' });
  });

  it('takes in a reassert without a change of its outcome, weights and times', () => {
    const existing = first(aRollbackDraft());

    const reverted = { by: 'argocd-controller', at: NOW };

    const merged = mergeRecord(
      existing,
      aRollbackDraft({ reasserts: 1, reverted, weights: [], message: 'again' }),
      NOW + 1000,
    );

    expect(written(merged)).toEqual({
      ...existing,
      version: 2,
      history: [
        { kind: 'reverted', at: NOW + 1000, number: 1, by: 'argocd-controller', writtenAt: NOW, pages: false },
        { kind: 'reasserted', at: NOW + 1000, number: 1 },
      ],
    });
    expect(toldOf(merged)).toEqual(['reverted', 'reasserted']);
  });

  it('does not take in a reassert twice', () => {
    const existing = written(mergeRecord(first(aRollbackDraft()), aRollbackDraft({ reasserts: 2 }), NOW));

    expect(mergeRecord(existing, aRollbackDraft({ reasserts: 2 }), NOW).kind).toBe('keep');
    expect(mergeRecord(existing, aRollbackDraft({ reasserts: 1 }), NOW).kind).toBe('keep');
    expect(toldOf(mergeRecord(existing, aRollbackDraft({ reasserts: 3 }), NOW))).toEqual(['reverted', 'reasserted']);
  });

  it.each(['already-acted', 'contested'] as const)('takes in %s once, and says it in its own words', (reason) => {
    const command = { does: 'zero', run: 'kubectl patch' };
    const draft = draftOf('suggested', { reason, message: 'a person decides', commands: [command] });
    const merged = mergeRecord(first(aRollbackDraft()), draft, NOW);
    const record = written(merged);

    expect(record).toMatchObject({ outcome: 'rolled-back', history: [{ kind: reason, at: NOW }] });
    expect(merged).toMatchObject({
      told: [{ kind: 'history', index: 0, said: { message: 'a person decides', commands: [command] } }],
    });
    expect(mergeRecord(record, draft, NOW + 1)).toEqual({ kind: 'keep', record });
  });

  it('that began as already-acted does not say so again', () => {
    const draft = draftOf('suggested', { reason: 'already-acted' });

    expect(mergeRecord(first(draft), draft, NOW).kind).toBe('keep');
  });

  it('keeps its episode and what resolved it when it improves', () => {
    const existing = {
      ...first(draftOf('failed')),
      episode: { id: 'episode', firedAt: FIRED_AT },
      timeline: { ...first(draftOf('failed')).timeline, alertResolvedAt: FIRED_AT + 5000 },
    };

    const improved = written(mergeRecord(existing, aRollbackDraft(), NOW));

    expect(improved.episode).toEqual(existing.episode);
    expect(improved.timeline.alertResolvedAt).toBe(FIRED_AT + 5000);
  });
});

describe('a record that is out of reach', () => {
  const unreachable = (overrides = {}) =>
    aRollbackDraft({ outcome: 'failed', reason: 'unreachable', timeline: received, ...overrides });
  const received = { firedAt: FIRED_AT, receivedAt: FIRED_AT + 4000 };
  const LATE = FIRED_AT + 61_000;
  const pending = () => first(aRollbackDraft({ outcome: 'pending', reason: 'conflict', timeline: received }));

  it('was pending, and tells of the failure and of the breach', () => {
    const merged = mergeRecord(pending(), unreachable(), LATE);

    expect(written(merged)).toMatchObject({ outcome: 'failed', slaBreachedAt: LATE, pages: true });
    expect(toldOf(merged)).toEqual(['outcome', 'sla-breached']);
  });

  it('tells of no breach where its alert had resolved before the SLA target was over', () => {
    const existing = pending();
    const timeline = { ...existing.timeline, alertResolvedAt: FIRED_AT + 60_000 };

    const merged = mergeRecord({ ...existing, timeline }, unreachable(), LATE + 1000);

    expect(toldOf(merged)).toEqual(['outcome']);
    expect(written(merged).slaBreachedAt).toBeUndefined();
  });

  it.each(OUTCOMES.filter((one) => one !== 'pending'))('takes the place of no %s', (seen) => {
    const existing = first(draftOf(seen));

    expect(mergeRecord(existing, unreachable(), LATE)).toEqual({ kind: 'keep', record: existing });
  });

  it.each(OUTCOMES.filter((one) => one !== 'pending'))('gives its place to what is found out later: %s', (found) => {
    const existing = written(mergeRecord(pending(), unreachable(), LATE));

    const merged = mergeRecord(existing, draftOf(found), LATE + 1000);

    expect(written(merged)).toMatchObject({ outcome: found, slaBreachedAt: LATE });
    expect(toldOf(merged)).toEqual(['outcome']);
  });

  it('whose breach was told by the record that it replaces tells of it no more', () => {
    const late = { ...aRollbackDraft().timeline, zeroedAt: LATE };

    const merged = mergeRecord(pending(), aRollbackDraft({ timeline: late, slaBreachedAt: LATE - 1 }), LATE);

    expect(written(merged)).toMatchObject({ outcome: 'rolled-back', sla: { met: false }, slaBreachedAt: LATE - 1 });
    expect(toldOf(merged)).toEqual(['outcome']);
  });

  it('stays as it is while it is still out of reach', () => {
    const existing = written(mergeRecord(pending(), unreachable(), LATE));

    expect(mergeRecord(existing, draftOf('pending'), LATE).kind).toBe('keep');
    expect(mergeRecord(existing, unreachable({ message: 'again' }), LATE).kind).toBe('keep');
  });
});

describe('a record whose alert only a journal told of', () => {
  const bare = { name: '', fingerprint: 'f', labels: {}, annotations: {} };
  const { alert } = aRollbackDraft();

  it('gets the labels from the next delivery, and tells nothing again', () => {
    const existing = first(aRollbackDraft({ alert: bare }));

    const merged = mergeRecord(existing, aRollbackDraft({ truncatedAlerts: 3 }), NOW + 1000);

    expect(written(merged)).toEqual({ ...existing, version: 2, alert, truncatedAlerts: 3 });
    expect(toldOf(merged)).toEqual([]);
  });

  it('never takes labels away from one that has them', () => {
    const existing = first(aRollbackDraft({ outcome: 'pending', reason: 'conflict', truncatedAlerts: 3 }));

    const improved = written(mergeRecord(existing, aRollbackDraft({ alert: bare }), NOW + 1000));

    expect(improved).toMatchObject({ outcome: 'rolled-back', alert, truncatedAlerts: 3 });
    expect(mergeRecord(first(aRollbackDraft()), aRollbackDraft({ alert: bare }), NOW).kind).toBe('keep');
  });
});
