import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addHistogram, addLength, emptyHistogram, percentile } from '#shared/domain/report/histogram.ts';

const lengths = fc.array(fc.integer({ min: 0, max: 40 * 86_400_000 }), { minLength: 1, maxLength: 300 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

function histogramOf(values: readonly number[]) {
  const histogram = emptyHistogram();
  for (const value of values) addLength(histogram, value);
  return histogram;
}

function exact(values: readonly number[], of: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(of * sorted.length) - 1)] ?? Number.NaN;
}

describe('the histogram', () => {
  it('tells every percentile within 1 % of the exact one, and the longest exactly', () => {
    fc.assert(
      fc.property(lengths, share, (values, of) => {
        const histogram = histogramOf(values);

        const wanted = exact(values, of);
        expect(Math.abs((percentile(histogram, of) ?? Number.NaN) - wanted)).toBeLessThanOrEqual(wanted * 0.01);
        expect(histogram.maxMs).toBe(Math.max(...values));
      }),
    );
  });

  it('is the same whether it is filled at once or added up from parts', () => {
    fc.assert(
      fc.property(lengths, lengths, (some, others) => {
        const sum = histogramOf(some);
        addHistogram(sum, histogramOf(others));

        expect(sum).toEqual(histogramOf([...some, ...others]));
      }),
    );
  });

  it('knows no percentile of nothing', () => {
    expect(percentile(emptyHistogram(), 0.5)).toBeUndefined();
  });

  it('takes what ends before it begins for no time', () => {
    const histogram = histogramOf([-5]);

    expect(histogram).toMatchObject({ count: 1, sumMs: 0, maxMs: 0 });
    expect(percentile(histogram, 1)).toBe(0);
  });
});
