/**
 * The value as DynamoDB can hold it. An alert's labels come from anyone: a map may have no empty name, the SDK's
 * marshaller loses `__proto__`, and half a surrogate pair is no UTF-8. None of that may keep a rollback from its record.
 */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return storableFields(value);
}

export function storableFields(fields: object): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([name]) => name !== '' && name !== '__proto__');
  return Object.fromEntries(kept.map(([name, value]) => [name.toWellFormed(), storable(value)]));
}
