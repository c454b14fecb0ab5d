import { isDeepStrictEqual } from 'node:util';
import type { ManagedFieldsEntry } from './kubernetes-object.ts';

/** Who writes, with which version of the type, and when. */
export type Writer = { readonly manager: string; readonly apiVersion: string; readonly time: string };

type Json = Readonly<Record<string, unknown>>;
type Owners = readonly ManagedFieldsEntry[];

/** What the API itself writes has no owner. */
const UNOWNED = ['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'];

/**
 * Who owns which field after a write: the writer takes what it changed from all others, what is gone is nobody's, and
 * an owner of nothing leaves the list. A list is one field, as in Istio's CRDs. Who only removes keeps its old time.
 */
export function managedFieldsAfter(owners: Owners, before: Json, after: Json, writer: Writer): ManagedFieldsEntry[] {
  const old = fieldsOf(before);
  const fields = fieldsOf(after);
  const changed = [...fields].filter(([key, value]) => !isDeepStrictEqual(old.get(key), value)).map(([key]) => key);
  const mine = owners.find(({ manager, apiVersion }) => manager === writer.manager && apiVersion === writer.apiVersion);

  const present = (entry: ManagedFieldsEntry) => keysOf(entry.fieldsV1).filter((key) => fields.has(key));
  const others = owners
    .filter((entry) => entry !== mine)
    .map((entry) => ({ ...entry, keys: present(entry).filter((key) => !changed.includes(key)) }));
  const own = {
    ...writer,
    operation: 'Update',
    fieldsType: 'FieldsV1',
    time: changed.length > 0 ? writer.time : (mine?.time ?? writer.time),
    keys: [...new Set([...(mine ? present(mine) : []), ...changed])],
  };
  return [...others, own]
    .filter(({ keys }) => keys.length > 0)
    .map(({ keys, ...entry }) => ({ ...entry, fieldsV1: nest(keys) }));
}

/** The fields of an object that somebody can own, by their paths. */
function fieldsOf(object: Json): Map<string, unknown> {
  const { apiVersion, kind, metadata, ...rest } = object;
  const owned = Object.entries(metadata ?? {}).filter(([key]) => !UNOWNED.includes(key));
  return new Map(leavesOf({ ...rest, metadata: Object.fromEntries(owned) }, ''));
}

/** No name of a field holds it. */
const SEPARATOR = '\0';

function leavesOf(node: unknown, path: string): [string, unknown][] {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return [[path, node]];
  return Object.entries(node).flatMap(([key, value]) => leavesOf(value, `${path}${SEPARATOR}f:${key}`));
}

function keysOf(tree: unknown, path = ''): string[] {
  const entries = Object.entries(tree ?? {});
  return entries.length === 0 ? [path] : entries.flatMap(([key, node]) => keysOf(node, `${path}${SEPARATOR}${key}`));
}

type Tree = { [key: string]: Tree };

function nest(keys: readonly string[]): Tree {
  const tree: Tree = {};
  for (const key of keys) {
    let node = tree;
    for (const step of key.split(SEPARATOR).slice(1)) {
      const next: Tree = node[step] ?? {};
      node[step] = next;
      node = next;
    }
  }
  return tree;
}
