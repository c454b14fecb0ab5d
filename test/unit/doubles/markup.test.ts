import { describe, expect, it } from 'vitest';
import { readMarkup } from '#test/doubles/markup.ts';

describe('the reader of pages', () => {
  it.each([
    ['a tag that is not closed', '<p><b>a</p>', '</p> closes b'],
    ['a tag that is left open', '<p>', '<p> is not closed'],
    ['a closing tag too many', '</p>', '</p> closes nothing'],
    ['an attribute without quotes', '<p class=a>a</p>', 'a < that is no tag'],
    ['an ampersand of no entity', '<p>a & b</p>', 'raw text: a & b'],
    ['an ampersand of no entity in an attribute', '<p title="a & b"></p>', 'raw text: <p title="a & b">'],
    ['a quote that ends an attribute early', '<p title="a"b"></p>', 'a < that is no tag'],
    ['an id that is there twice', '<p id="a"></p><p id="a"></p>', 'the id a is there twice'],
  ])('finds %s', (_what, markup, problem) => {
    expect(readMarkup(markup).problems).toContain(problem);
  });

  it('reads names and attributes', () => {
    const { elements, problems } = readMarkup(
      '<!doctype html><p class="a b" hidden>x &lt; <br>y</p><svg><rect x="1"/></svg>',
    );

    expect(problems).toEqual([]);
    expect(elements.map(({ name }) => name)).toEqual(['p', 'br', 'svg', 'rect']);
    expect([...(elements[0]?.attributes ?? [])]).toEqual([
      ['class', 'a b'],
      ['hidden', ''],
    ]);
  });
});
