import type { AttributeValue } from 'aws-lambda';

/** A stream's image as a plain object. Our items hold no binary and no sets: where one does, its parse says so. */
export function plainImage(image: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, plain(value)]));
}

function plain(value: AttributeValue): unknown {
  if (value.N !== undefined) return Number(value.N);
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(plain);
  if (value.M !== undefined) return plainImage(value.M);
  return value.S ?? value.BOOL;
}
