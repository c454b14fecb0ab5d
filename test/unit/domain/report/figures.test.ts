import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { figuresOf } from '#shared/domain/report/figures.ts';
import { addLength } from '#shared/domain/report/histogram.ts';
import type { Figures } from '#shared/domain/report/report.ts';
import { emptyTally } from '#shared/domain/report/tally.ts';

/** Short ones among them, where half a ms is more than 1 %. */
const length = fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 5000 }), fc.nat({ max: 40 * 86_400_000 }));

/** The figures of these lengths, all of one stage. */
function figures(values: readonly number[]): Figures {
  const tally = emptyTally();
  for (const value of values) {
    addLength(tally.alertToZero, value);
    addLength(tally.alertToNotified, value);
    addLength(tally.stages['targeted-to-zeroed'], value);
  }
  return figuresOf(tally, 0.99);
}

function told({ alertToZero, alertToNotified, stages }: Figures): (readonly [share: number, ms: number | undefined])[] {
  return [
    [0.5, stages[0]?.p50Ms],
    ...[alertToZero, alertToNotified].flatMap((times) => [
      [0.5, times?.p50Ms] as const,
      [0.9, times?.p90Ms] as const,
      [0.95, times?.p95Ms] as const,
      [0.99, times?.p99Ms] as const,
    ]),
  ];
}

function exact(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

describe('the figures that people are told', () => {
  it('have every percentile within 1 % of the exact one', () => {
    fc.assert(
      fc.property(fc.array(length, { minLength: 1, maxLength: 200 }), (values) => {
        for (const [share, ms = Number.NaN] of told(figures(values))) {
          const wanted = exact(values, share);
          expect(Math.abs(ms - wanted)).toBeLessThanOrEqual(wanted * 0.01);
        }
      }),
    );
  });

  it('have each whole length up to 4 s within 1 %, and those that a bin holds alone exactly', () => {
    const all = Array.from({ length: 4001 }, (_, ms) => ({
      ms,
      told: figures([ms, ms, 1_000_000]).alertToZero?.p50Ms,
    }));

    const off = all.filter((one) => Math.abs((one.told ?? Number.NaN) - one.ms) > one.ms * 0.01);
    expect(off).toEqual([]);
    expect(all.slice(0, 50).map((one) => one.told)).toEqual(all.slice(0, 50).map(({ ms }) => ms));
  });
});
