import { describe, expect, it } from 'vitest';
import { parseLabelSelector, selects } from '#shared/domain/label-selector.ts';

describe('a label selector', () => {
  it.each<[string, Record<string, string>, boolean]>([
    ['sloth_service=payments', { sloth_service: 'payments' }, true],
    ['sloth_service==payments', { sloth_service: 'payments' }, true],
    ['sloth_service=payments', { sloth_service: 'orders' }, false],
    ['sloth_service=payments', {}, false],
    ['tier!=batch', {}, true],
    ['tier!=batch', { tier: 'batch' }, false],
    ['a=1, b=2', { a: '1', b: '2' }, true],
    ['a=1,b=2', { a: '1' }, false],
    ['team=pay and more', { team: 'pay and more' }, true],
    ['team=', { team: '' }, true],
    ['team=', {}, false],
    ['pyrra.dev/team=pay', { 'pyrra.dev/team': 'pay' }, true],
    ['constructor=x', {}, false],
    ['constructor!=x', {}, true],
  ])('%s on %j: %j', (text, labels, expected) => {
    const selector = parseLabelSelector(text);

    expect(selector && selects(selector, labels)).toBe(expected);
  });

  it.each(['', ' ', 'a', 'a in (b)', '=b', 'a=b,', 'a=b=c', '!a', '-a=b', 'a b=c'])(
    'that is malformed is none: %j',
    (text) => {
      expect(parseLabelSelector(text)).toBeUndefined();
    },
  );
});
