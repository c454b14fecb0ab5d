/**
 * The value as DynamoDB can hold it. An alert's labels come from anyone: a map may have no empty name, the SDK's
 * marshaller loses `__proto__`, takes what has a `constructor` for an instance of a class and refuses integers that a
 * double cannot count, and half a surrogate pair is no UTF-8. None of that may keep a rollback from its record.
 */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  const fields = storableFields(value);
  return Object.hasOwn(fields, 'constructor') ? new Map(Object.entries(fields)) : fields;
}

export function storableFields(fields: object): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([name]) => name !== '' && name !== '__proto__');
  return Object.fromEntries(kept.map(([name, value]) => [name.toWellFormed(), storable(value)]));
}
