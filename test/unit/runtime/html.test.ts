import { describe, expect, it } from 'vitest';
import { html } from '#shared/runtime/html.ts';

describe('the values of a template', () => {
  it.each([
    ['markup', `<b title="a" id='b'>&amp;`, '&lt;b title=&quot;a&quot; id=&#39;b&#39;&gt;&amp;amp;'],
    ['what turns the text around it', 'a\u202egnp.exe\u2066b', 'a\ufffdgnp.exe\ufffdb'],
    [
      'what a terminal takes for commands where the page is copied to',
      'a\u0000\u001b[2J\u009b',
      'a\ufffd\ufffd[2J\ufffd',
    ],
    ['nothing else', 'Zahlung\t→ 支払い 👩‍🚀\n', 'Zahlung\t→ 支払い 👩‍🚀\n'],
  ])('lose %s', (_, given, shown) => {
    const { markup } = html`<p>${given}</p>`;

    expect(markup).toBe(`<p>${shown}</p>`);
  });
});
