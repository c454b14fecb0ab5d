/** RFC 6902 operations that we send. We never `add` into an array. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** One change of one field, with what was there before, so that its inverse and its guard can be written. */
export type Edit = { readonly path: string; readonly from: unknown; readonly to: unknown };

/** RFC 6901: `~` and `/` inside a key. */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** `add` also where something is there: on an object's member it replaces, and `replace` of an absent one is a 422. */
export function applying({ path, from, to }: Edit): PatchOperation {
  if (to === undefined) return { op: 'remove', path };
  return typeof from === 'object' && from !== null
    ? { op: 'replace', path, value: to }
    : { op: 'add', path, value: to };
}

export function undoing(edit: Edit): PatchOperation {
  return applying(invert(edit));
}

/** `document` with the edits made: new along the edited paths, shared elsewhere. Edits name members of objects that exist. */
export function withEdits<T>(document: T, edits: readonly Edit[]): T {
  return edits.reduce<unknown>((edited, { path, to }) => replaced(edited, keysOf(path), to, path), document) as T;
}

/** The edits that an undo makes on a document, each with what stands there now. */
export function editsOf(operations: readonly PatchOperation[], document: unknown): Edit[] {
  return operations.map((operation) => ({
    path: operation.path,
    from: valueAt(document, operation.path),
    to: operation.op === 'remove' ? undefined : operation.value,
  }));
}

export function invert({ path, from, to }: Edit): Edit {
  return { path, from: to, to: from };
}

function valueAt(document: unknown, path: string): unknown {
  return keysOf(path).reduce<unknown>((node, key) => (isContainer(node) ? node[key] : undefined), document);
}

function keysOf(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function replaced(node: unknown, [key, ...rest]: readonly string[], value: unknown, path: string): unknown {
  const copy: unknown = Array.isArray(node) ? [...node] : typeof node === 'object' ? { ...node } : undefined;
  if (key === undefined || !isContainer(copy) || !isPlace(copy, key))
    throw new Error(`No such place in the document: ${path}`);
  if (rest.length > 0) copy[key] = replaced(copy[key], rest, value, path);
  else if (value === undefined) delete copy[key];
  else copy[key] = value;
  return copy;
}

/** Of an array only what is there: an index far behind its end, or its length, would make it as large as one likes. */
function isPlace(container: object, key: string): boolean {
  return !Array.isArray(container) || (/^\d{1,9}$/.test(key) && Number(key) < container.length);
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
