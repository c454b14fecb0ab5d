import { describe, expect, it } from 'vitest';
import { daysBetween, parseWindow, windowText } from '#shared/domain/report/report-window.ts';

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);

function rangeOf(text: string) {
  const parsed = parseWindow(text, NOW);
  if (parsed.kind === 'wrong') return parsed.allowed;
  const { from, to, beforeFrom } = parsed.range;
  return [beforeFrom, from, to].map((at) => new Date(at).toISOString().replace(/:00\.000Z$|:07\.000Z$/, ''));
}

describe('the window of a report', () => {
  it.each([
    ['24h', ['2026-03-02T05:06', '2026-03-03T05:06', '2026-03-04T05:06']],
    ['7d', ['2026-02-19T00:00', '2026-02-26T00:00', '2026-03-04T05:06']],
    ['30d', ['2026-01-04T00:00', '2026-02-03T00:00', '2026-03-04T05:06']],
    ['90d', ['2025-09-06T00:00', '2025-12-05T00:00', '2026-03-04T05:06']],
    ['2026-02-01/2026-02-03', ['2026-01-29T00:00', '2026-02-01T00:00', '2026-02-04T00:00']],
    ['2026-03-04/2026-03-04', ['2026-03-03T00:00', '2026-03-04T00:00', '2026-03-04T05:06']],
  ])('%s is compared with as long a time right before it', (text, range) => {
    expect(rangeOf(text)).toEqual(range);
  });

  it.each([
    '',
    '1d',
    '7D',
    '2026-02-30/2026-03-01',
    '2026-03-02/2026-03-01',
    '2026-03-01/2026-03-05',
    '2024-01-01/2026-03-01',
    'x/y',
    '2026-03-01',
  ])('%j is none, and it says which there are', (text) => {
    expect(rangeOf(text)).toMatch(/^24h, 7d, 30d, 90d, or two days such as/);
  });

  it.each(['24h', '7d', '30d', '90d', '2026-02-01/2026-02-03', '2026-03-04/2026-03-04', '2026-03-01/2026-03-04'])(
    '%s is told in words that ask for the same window',
    (text) => {
      const parsed = parseWindow(text, NOW);
      if (parsed.kind === 'wrong') throw new Error(parsed.allowed);
      const { name, from, to } = parsed.range;

      const told = windowText({ name, from: new Date(from).toISOString(), to: new Date(to).toISOString() });

      expect(told).toBe(text);
    },
  );

  it('touches every day that it has a part of', () => {
    expect(daysBetween(NOW - 86_400_000, NOW)).toEqual(['2026-03-03', '2026-03-04']);
    expect(daysBetween(Date.UTC(2026, 1, 28), Date.UTC(2026, 2, 2))).toEqual(['2026-02-28', '2026-03-01']);
  });
});
