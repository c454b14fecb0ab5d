/** Text that is markup already. */
export type Html = { readonly markup: string };

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters, and marks that turn the text around them: a name must not rewrite what stands beside it. */
const UNPRINTED = /(?![\n\r\t])[\p{Cc}\u202A-\u202E\u2066-\u2069\u200E\u200F]/gu;

function escapeHtml(text: string): string {
  return text.replaceAll(UNPRINTED, '\uFFFD').replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
}

type Part = string | number | Html | undefined | readonly Part[];

/** A template whose values are escaped, unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  return { markup: strings.map((text, index) => text + (index < values.length ? render(values[index]) : '')).join('') };
}

function render(value: Part): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(render).join('');
}
