const VOID = new Set(['meta', 'br', 'img', 'link', 'input', 'hr']);

export type Element = { readonly name: string; readonly attributes: ReadonlyMap<string, string> };
export type Markup = {
  /** In the order of the document. */
  readonly elements: readonly Element[];
  /** What does not parse, does not nest, or is said twice. */
  readonly problems: readonly string[];
};

const TOKEN =
  /(?<text>[^<]+)|<(?<slash>\/?)(?<name>[a-zA-Z][\w-]*)(?<attributes>(?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(?<self>\/?)>|</g;

/**
 * Reads a page as strictly as no browser does: each tag closed in its turn, each attribute quoted, no other `<` or `&`
 * than of tags and entities.
 */
export function readMarkup(page: string): Markup {
  const body = page.replace(/^<!doctype html>/, '').replace(/<style>[^<]*<\/style>/, '<style></style>');
  const tokens = [...body.matchAll(TOKEN)].map(({ 0: token, groups }): Token => ({ ...groups, token }));
  const elements = tokens.filter(({ name, slash }) => name && !slash).map(elementOf);
  return { elements, problems: [...tokens.flatMap(problemOf), ...nestingProblems(tokens), ...twice(elements)] };
}

type Token = { token: string; [group: string]: string | undefined };

function elementOf({ name = '', attributes = '' }: Token): Element {
  const read = [...attributes.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)];
  return { name, attributes: new Map(read.map(([, key = '', value = '']) => [key, value])) };
}

function problemOf({ token, text, name, attributes = '' }: Token): string[] {
  const raw = /&(?!(amp|lt|gt|quot|#39);)/;
  if (text === undefined && name === undefined) return ['a < that is no tag'];
  const wrong = raw.test(text ?? attributes) || text?.includes('>');
  return wrong ? [`raw text: ${token.slice(0, 80)}`] : [];
}

function nestingProblems(tokens: readonly Token[]): string[] {
  const open: string[] = [];
  const problems: string[] = [];
  for (const { name, slash, self } of tokens) {
    if (!name || self || VOID.has(name)) continue;
    const last = slash ? open.pop() : open.push(name) && name;
    if (last !== name) problems.push(`</${name}> closes ${last ?? 'nothing'}`);
  }
  return [...problems, ...open.map((name) => `<${name}> is not closed`)];
}

function twice(elements: readonly Element[]): string[] {
  const ids = elements.flatMap(({ attributes }) => attributes.get('id') ?? []);
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `the id ${id} is there twice`);
}
