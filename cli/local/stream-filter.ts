/** A filter pattern of an event source mapping, as EventBridge's patterns are written: fields, and at their ends lists. */
export type FilterPattern = { readonly [field: string]: FilterPattern | readonly Wanted[] };

/** One value that a field may have: itself, or what it begins with. */
type Wanted = string | number | boolean | null | { readonly prefix: string };

/** A record passes where one of the patterns has all its fields; without patterns every record does. */
export function passesFilter(patterns: readonly FilterPattern[], record: unknown): boolean {
  return patterns.length === 0 || patterns.some((pattern) => hasFields(pattern, record));
}

function hasFields(pattern: FilterPattern, value: unknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const found = fieldOf(value, field);
    return isList(wanted) ? wanted.some((one) => isWanted(one, found)) : hasFields(wanted, found);
  });
}

function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
  return new Map<string, unknown>(Object.entries(value)).get(field);
}

function isList(wanted: FilterPattern | readonly Wanted[]): wanted is readonly Wanted[] {
  return Array.isArray(wanted);
}

function isWanted(wanted: Wanted, found: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return wanted === found;
  const [operator, ...more] = Object.keys(wanted);
  // A pattern that is read wrongly would leave records out, or let them through, and nobody would know.
  if (operator !== 'prefix' || more.length > 0)
    throw new Error(`The stream’s filter has ${JSON.stringify(wanted)}; of its operators only prefix is known here`);
  return typeof found === 'string' && found.startsWith(wanted.prefix);
}
