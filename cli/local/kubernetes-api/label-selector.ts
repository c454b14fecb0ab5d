import { badRequest } from './api-error.ts';

type Labels = Readonly<Record<string, string>>;

const KEY = '(?<key>[A-Za-z0-9][-A-Za-z0-9_./]*)';
const EXISTS = new RegExp(`^(?<not>!?)\\s*${KEY}$`);
const EQUALS = new RegExp(`^${KEY}\\s*(?<operator>==|=|!=)\\s*(?<value>[-A-Za-z0-9_.]*)$`);
const ONE_OF = new RegExp(`^${KEY}\\s+(?<operator>in|notin)\\s*\\((?<values>[-A-Za-z0-9_.,\\s]*)\\)$`);

/** Which labels a `labelSelector` selects: existence, =, ==, !=, in and notin; not > and <. */
export function parseSelector(text: string): (labels: Labels) => boolean {
  if (text.trim() === '') return () => true;
  const terms = text.split(/,(?![^(]*\))/).map((term) => parseTerm(term.trim()));
  return (labels) => terms.every((term) => term(labels));
}

function parseTerm(term: string): (labels: Labels) => boolean {
  const exists = EXISTS.exec(term)?.groups;
  if (exists) {
    const { key = '', not } = exists;
    return (labels) => Object.hasOwn(labels, key) !== (not === '!');
  }
  const groups = EQUALS.exec(term)?.groups ?? ONE_OF.exec(term)?.groups;
  if (!groups) throw badRequest(`unable to parse requirement: ${JSON.stringify(term)}`);
  const { key = '', operator = '', value = '', values } = groups;
  const wanted = new Set(values === undefined ? [value] : values.split(',').map((each) => each.trim()));
  // What asks for another value also selects what has none.
  const negative = operator === '!=' || operator === 'notin';
  return (labels) => {
    const found = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return (found !== undefined && wanted.has(found)) !== negative;
  };
}
