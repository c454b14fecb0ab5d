import type { PatchOperation } from '#shared/domain/json-patch.ts';

/** Why the API server would answer 422: a path that is not there, or a `test` that does not hold. */
export class JsonPatchError extends Error {
  override name = 'JsonPatchError' as const;
}

type Json = { [key: string]: unknown } | unknown[];

/**
 * RFC 6902 by the book, for the operations add, replace, remove and test, so that what the product writes is read by
 * somebody else. Answers a new document; the given one stays as it is.
 */
export function applyJsonPatch<T>(document: T, operations: readonly PatchOperation[]): T {
  const root = { document: structuredClone(document) };
  for (const operation of operations) apply(root, operation);
  return root.document;
}

function apply(root: { document: unknown }, operation: PatchOperation): void {
  const tokens = operation.path === '' ? [] : parse(operation.path);
  const last = tokens.at(-1);
  if (last === undefined) throw new JsonPatchError('the whole document is not ours to write');
  const parent = tokens.slice(0, -1).reduce<unknown>((node, token) => member(node, token), root.document);
  if (!isJson(parent)) throw new JsonPatchError(`no container at ${operation.path}`);
  if (operation.op === 'add') add(parent, last, operation.value);
  else change(parent, last, operation);
}

function change(parent: Json, token: string, operation: PatchOperation): void {
  const present = member(parent, token);
  if (operation.op === 'remove') remove(parent, token);
  else if (operation.op === 'replace') set(parent, token, operation.value);
  else if (!isDeepEqual(present, operation.value)) throw new JsonPatchError(`test of ${operation.path}`);
}

function add(parent: Json, token: string, value: unknown): void {
  if (Array.isArray(parent))
    parent.splice(token === '-' ? parent.length : indexOf(parent, token, 1), 0, structuredClone(value));
  else set(parent, token, value);
}

function remove(parent: Json, token: string): void {
  if (Array.isArray(parent)) parent.splice(indexOf(parent, token), 1);
  else delete parent[token];
}

function parse(path: string): string[] {
  if (!path.startsWith('/')) throw new JsonPatchError(`not a pointer: ${path}`);
  return path
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function member(node: unknown, token: string): unknown {
  if (Array.isArray(node)) return node[indexOf(node, token)];
  if (!isJson(node) || !Object.hasOwn(node, token)) throw new JsonPatchError(`nothing at ${token}`);
  return (node as { [key: string]: unknown })[token];
}

function set(parent: Json, token: string, value: unknown): void {
  const copy = structuredClone(value);
  if (Array.isArray(parent)) parent[indexOf(parent, token)] = copy;
  else parent[token] = copy;
}

function indexOf(array: readonly unknown[], token: string, beyond = 0): number {
  const index = /^(0|[1-9]\d*)$/.test(token) ? Number(token) : -1;
  if (index < 0 || index >= array.length + beyond) throw new JsonPatchError(`no element ${token}`);
  return index;
}

function isJson(node: unknown): node is Json {
  return typeof node === 'object' && node !== null;
}

function isDeepEqual(a: unknown, b: unknown): boolean {
  if (!isJson(a) || !isJson(b)) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  const others = new Map(right);
  return (
    left.length === right.length && left.every(([key, value]) => others.has(key) && isDeepEqual(value, others.get(key)))
  );
}
