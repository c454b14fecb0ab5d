import { describe, expect, it } from 'vitest';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { isOverdue, isUnfinished, mayRetry } from '#shared/domain/unfinished.ts';
import { aRollbackRecord, FIRED_AT } from '#test/builders/rollback-record.ts';

const HOUR = 3_600_000;

function anOpenRecord(overrides: Partial<RollbackRecord> = {}): RollbackRecord {
  const { supersededBy, slaBreachedAt, timeline, ...record } = aRollbackRecord();
  const { alertResolvedAt, ...times } = timeline;
  return { ...record, outcome: 'pending', reason: 'conflict', timeline: times, history: [], ...overrides };
}
const resolved = { ...anOpenRecord().timeline, alertResolvedAt: FIRED_AT + 1 };

describe('a record', () => {
  it.each<[string, Partial<RollbackRecord>, boolean]>([
    ['pending', {}, true],
    ['pending, of an alert that has resolved', { timeline: resolved }, true],
    ['failed', { outcome: 'failed', reason: 'forbidden' }, true],
    ['failed as out of reach', { outcome: 'failed', reason: 'unreachable' }, true],
    ['failed, of an alert that has resolved', { outcome: 'failed', reason: 'forbidden', timeline: resolved }, false],
    ['refused as stable is not ready', { outcome: 'refused', reason: 'stable-not-ready' }, true],
    ['refused for good', { outcome: 'refused', reason: 'ambiguous-canary' }, false],
    ['suggested', { outcome: 'suggested', reason: 'mode-suggest' }, false],
    ['rolled back', { outcome: 'rolled-back', reason: undefined }, false],
    ['pending and replaced', { supersededBy: 'x' }, false],
    [
      'failed and given up',
      { outcome: 'failed', reason: 'unreachable', history: [{ kind: 'given-up', at: 1 }] },
      false,
    ],
  ])('that is %s is unfinished: %#', (_, parts, expected) => {
    expect(isUnfinished(anOpenRecord(parts))).toBe(expected);
  });

  it('may be tried again until its hold is over, and not after its alert has resolved', () => {
    const { receivedAt } = anOpenRecord().timeline;

    expect(mayRetry(anOpenRecord(), HOUR, receivedAt + HOUR)).toBe(true);
    expect(mayRetry(anOpenRecord(), HOUR, receivedAt + HOUR + 1)).toBe(false);
    expect(mayRetry(anOpenRecord({ timeline: resolved }), HOUR, receivedAt)).toBe(false);
    expect(mayRetry(anOpenRecord({ outcome: 'refused', reason: 'other-version' }), HOUR, receivedAt)).toBe(false);
  });

  it('is overdue when it is pending past its SLA target, by the clock that was first', () => {
    const ahead = anOpenRecord({ timeline: { ...anOpenRecord().timeline, firedAt: FIRED_AT + HOUR } });

    expect(isOverdue(anOpenRecord(), FIRED_AT + 60_000)).toBe(false);
    expect(isOverdue(anOpenRecord(), FIRED_AT + 60_001)).toBe(true);
    expect(isOverdue(ahead, FIRED_AT + 64_000)).toBe(false);
    expect(isOverdue(ahead, FIRED_AT + 64_001)).toBe(true);
    expect(isOverdue(anOpenRecord({ outcome: 'failed', reason: 'forbidden' }), FIRED_AT + HOUR)).toBe(false);
  });
});
