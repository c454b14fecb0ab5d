import { describe, expect, it } from 'vitest';
import { plainImage } from '#functions/publish/plain-image.ts';

describe('plainImage', () => {
  it('reads every kind of value that our items hold', () => {
    const image = plainImage({
      text: { S: 'a' },
      empty: { S: '' },
      number: { N: '-1.5' },
      time: { N: '1772600767000' },
      yes: { BOOL: true },
      no: { BOOL: false },
      nothing: { NULL: true },
      list: { L: [{ S: 'x' }, { M: { y: { N: '0' } } }] },
      map: { M: { '': { S: 'key' }, inner: { M: {} } } },
    });

    expect(image).toEqual({
      text: 'a',
      empty: '',
      number: -1.5,
      time: 1_772_600_767_000,
      yes: true,
      no: false,
      nothing: null,
      list: ['x', { y: 0 }],
      map: { '': 'key', inner: {} },
    });
  });

  it('leaves a kind that we never write undefined, for the parse to complain of', () => {
    expect(plainImage({ bytes: { B: 'AA==' } })).toEqual({ bytes: undefined });
  });
});
