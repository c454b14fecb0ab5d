import { describe, expect, it } from 'vitest';
import { parseDuration } from '#shared/domain/duration.ts';

describe('a duration', () => {
  it.each([
    ['30s', 30_000],
    ['500ms', 500],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['90m', 5_400_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '0s', '0h0m', '-5m', '5', 's', '1.5h', '5 m', '1w', 'forever', '1h-', '9999999999s', '5M'])(
    'is none where it reads %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('is at most a century, so that the times made of it stay dates', () => {
    expect(parseDuration('36500d')).toBe(36_500 * 86_400_000);
    expect(parseDuration('36500d1ms')).toBeUndefined();
    expect(parseDuration('999999999d')).toBeUndefined();
  });
});
