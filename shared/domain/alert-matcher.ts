/** One alternative of a selector: Alertmanager matchers that must all hold. */
export type Matchers = readonly Matcher[];
type Matcher = { readonly name: string; readonly test: (value: string) => boolean };

const MATCHER = /^\s*([A-Za-z_:][A-Za-z0-9_:]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"{},\s]*))\s*/;

/**
 * Parses Alertmanager's matcher syntax: `severity=~"critical|page", team="pay"`, braces optional. Regular expressions
 * are anchored at both ends, an absent label reads as the empty string (alertmanager: pkg/labels).
 * @throws Error that names what was expected and where.
 */
export function parseMatchers(text: string): Matchers {
  const bare = text.trim().replace(/^\{(.*)\}$/s, '$1');
  const matchers: Matcher[] = [];
  let rest = bare;
  while (rest.trim() !== '') {
    const found = MATCHER.exec(rest);
    if (!found?.[1]) throw new Error(`Expected a matcher such as severity="critical" at: ${rest.trim().slice(0, 60)}`);
    matchers.push(matcher(found[1], found[2] ?? '=', unquote(found[3] ?? found[4] ?? '')));
    rest = rest.slice(found[0].length);
    if (rest !== '' && !rest.startsWith(',')) throw new Error(`Expected a comma at: ${rest.slice(0, 60)}`);
    rest = rest.slice(1);
  }
  if (matchers.length === 0) throw new Error('Expected at least one matcher such as severity="critical"');
  return matchers;
}

function matcher(name: string, operator: string, value: string): Matcher {
  if (operator === '=') return { name, test: (actual) => actual === value };
  if (operator === '!=') return { name, test: (actual) => actual !== value };
  const pattern = anchored(value);
  return { name, test: operator === '=~' ? (actual) => pattern.test(actual) : (actual) => !pattern.test(actual) };
}

function anchored(source: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, 's');
  } catch (cause) {
    throw new Error(`Not a regular expression: ${source}`, { cause });
  }
}

function unquote(text: string): string {
  return text.replaceAll(/\\(.)/gs, (_, char: string) => (char === 'n' ? '\n' : char));
}

/** True where any of the alternatives holds for these labels. */
export function matchesAny(alternatives: readonly Matchers[], labels: Readonly<Record<string, string>>): boolean {
  return alternatives.some((matchers) =>
    matchers.every(({ name, test }) => test(Object.hasOwn(labels, name) ? (labels[name] ?? '') : '')),
  );
}
