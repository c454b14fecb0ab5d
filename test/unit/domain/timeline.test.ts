import { describe, expect, it } from 'vitest';
import { judge, LATE_AFTER_MS } from '#shared/domain/timeline.ts';

const firedAt = 1_000_000_000_000;
const SLA_MS = 60_000;

describe('a timeline', () => {
  it('meets its target to the millisecond', () => {
    const at = (ms: number) => judge({ firedAt, receivedAt: firedAt + 1, zeroedAt: firedAt + ms }, SLA_MS);

    expect(at(60_000)).toEqual({ alertToZeroMs: 60_000, slaMet: true, late: false, clockSkew: false });
    expect(at(60_001)).toMatchObject({ alertToZeroMs: 60_001, slaMet: false });
  });

  it('is late, and a miss, where the alert was first received more than 15 minutes after it fired', () => {
    const received = (age: number) => {
      const receivedAt = firedAt + age;
      return judge({ firedAt, receivedAt, zeroedAt: receivedAt + 1 }, 24 * 3_600_000);
    };

    expect(received(LATE_AFTER_MS)).toMatchObject({ late: false, slaMet: true });
    expect(received(LATE_AFTER_MS + 1)).toMatchObject({ late: true, slaMet: false, alertToZeroMs: LATE_AFTER_MS + 2 });
  });

  it('marks a clock that is ahead of ours, and keeps its negative time', () => {
    const judged = judge({ firedAt, receivedAt: firedAt - 5000, zeroedAt: firedAt - 4000 }, SLA_MS);

    expect(judged).toEqual({ alertToZeroMs: -4000, slaMet: true, late: false, clockSkew: true });
  });

  it('without a zero is neither met nor missed yet', () => {
    expect(judge({ firedAt, receivedAt: firedAt }, SLA_MS)).toEqual({ late: false, clockSkew: false });
  });
});
