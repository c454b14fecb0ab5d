/** As much of a type's OpenAPI schema as keeps out what nobody could read. Fields that it does not name may hold anything. */
export type Shape =
  | 'string'
  | 'integer'
  | 'number'
  | { readonly list: Shape }
  | { readonly map: Shape }
  /** null is as good as a value of that shape. */
  | { readonly orNull: Shape }
  | { readonly fields: Readonly<Record<string, Shape>>; readonly required?: readonly string[] };

/** One cause of a 422, in the API server's words. */
export type Problem = { readonly reason: string; readonly message: string; readonly field: string };

/** What is wrong with a value. An absent one is never wrong here: `required` of what it is missing in says it. */
export function checkShape(value: unknown, shape: Shape, path = ''): Problem[] {
  if (value === undefined) return [];
  if (typeof shape === 'object' && 'orNull' in shape)
    return value === null ? [] : checkShape(value, shape.orNull, path);
  return problemsOfType(value, shape, path);
}

function problemsOfType(value: unknown, shape: Exclude<Shape, { orNull: Shape }>, path: string): Problem[] {
  const expected = nameOf(shape);
  const found = typeOf(value);
  if (found !== expected && !(found === 'integer' && expected === 'number')) return [wrongType(path, expected, found)];
  if (typeof shape === 'string') return [];
  if ('list' in shape)
    return entriesOf(value).flatMap(([key, item]) => checkShape(item, shape.list, `${path}[${key}]`));
  if ('map' in shape) return entriesOf(value).flatMap(([key, item]) => checkShape(item, shape.map, below(path, key)));
  const members = new Map(entriesOf(value));
  const missing = (shape.required ?? []).filter((key) => !members.has(key)).map((key) => required(below(path, key)));
  const wrong = Object.entries(shape.fields).flatMap(([key, field]) =>
    checkShape(members.get(key), field, below(path, key)),
  );
  return [...missing, ...wrong];
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

export function required(field: string): Problem {
  return { reason: 'FieldValueRequired', message: 'Required value', field };
}

function wrongType(field: string, expected: string, found: string): Problem {
  return {
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: "${found}": ${field} in body must be of type ${expected}: "${found}"`,
    field,
  };
}

function nameOf(shape: Exclude<Shape, { orNull: Shape }>): string {
  if (typeof shape === 'string') return shape;
  return 'list' in shape ? 'array' : 'object';
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
