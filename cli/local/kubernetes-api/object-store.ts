import type { StoredObject } from './kubernetes-object.ts';
import type { Resource } from './resources.ts';

/** All objects, in memory, with one revision for all of them as etcd has it. */
export type ObjectStore = {
  get(resource: Resource, namespace: string, name: string): StoredObject | undefined;
  /** By namespace and name; of all namespaces where none is given. */
  list(resource: Resource, namespace: string | undefined): StoredObject[];
  /** Stores the object under a resourceVersion that is new. */
  put(resource: Resource, object: StoredObject): StoredObject;
  remove(resource: Resource, namespace: string, name: string): void;
  /** The revision of the last write. */
  version(): string;
  /** Remembers everything as it is now, for a while. */
  remember(): void;
  /** As `list`, as it was at that revision; undefined where that is forgotten, or was never remembered. */
  listAt(version: string, resource: Resource, namespace: string | undefined): StoredObject[] | undefined;
};

/** etcd remembers its revisions for five minutes; here it is so many of those that were asked for. */
const REMEMBERED = 8;

export function objectStore(): ObjectStore {
  const objects = new Map<string, StoredObject>();
  const remembered = new Map<string, ReadonlyMap<string, StoredObject>>();
  let revision = 1;

  return {
    get: (resource, namespace, name) => objects.get(keyOf(resource, namespace, name)),
    list: (resource, namespace) => listOf(objects, resource, namespace),
    put(resource, object) {
      revision += 1;
      const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
      objects.set(keyOf(resource, object.metadata.namespace, object.metadata.name), stored);
      return stored;
    },
    remove(resource, namespace, name) {
      if (objects.delete(keyOf(resource, namespace, name))) revision += 1;
    },
    version: () => String(revision),
    remember() {
      remembered.set(String(revision), new Map(objects));
      for (const oldest of [...remembered.keys()].slice(0, -REMEMBERED)) remembered.delete(oldest);
    },
    listAt(version, resource, namespace) {
      const then = remembered.get(version);
      return then && listOf(then, resource, namespace);
    },
  };
}

function listOf(
  objects: ReadonlyMap<string, StoredObject>,
  resource: Resource,
  namespace: string | undefined,
): StoredObject[] {
  const prefix = keyOf(resource, namespace);
  return [...objects]
    .filter(([key]) => key.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, object]) => object);
}

/** With a slash at the end of each part, so that one namespace is not the beginning of another. */
function keyOf({ group, plural }: Resource, namespace?: string, name?: string): string {
  const parts = [group, plural, ...(namespace === undefined ? [] : [namespace]), ...(name === undefined ? [] : [name])];
  return parts.map((part) => `${part}/`).join('');
}
