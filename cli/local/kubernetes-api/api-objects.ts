import { parseObject, type StoredObject } from './kubernetes-object.ts';
import type { ObjectStore } from './object-store.ts';
import type { ObjectWriter } from './object-writer.ts';
import { apiVersionOf, RESOURCES, type Resource } from './resources.ts';

/** The objects of the API, past its HTTP, for whoever started it. Types go by their plural names; answers are copies. */
export type ApiObjects = {
  /** Puts the object there, in place of one of that name. @throws ApiError where it breaks the rules of its type */
  seed(object: Readonly<Record<string, unknown>>): StoredObject;
  get(plural: string, namespace: string, name: string): StoredObject | undefined;
  /** Of all namespaces where none is given. */
  list(plural: string, namespace?: string): StoredObject[];
};

export function apiObjects(store: ObjectStore, writer: ObjectWriter): ApiObjects {
  return {
    seed(raw) {
      const object = parseObject(raw);
      const { apiVersion, kind, metadata } = object;
      const resource = the(`${apiVersion} ${kind}`, (one) => one.kind === kind && apiVersionOf(one) === apiVersion);
      const namespace = metadata.namespace ?? 'default';
      return structuredClone(writer.seed({ resource, namespace, user: 'seed', manager: 'seed' }, object));
    },
    get: (plural, namespace, name) => structuredClone(store.get(named(plural), namespace, name)),
    list: (plural, namespace) => structuredClone(store.list(named(plural), namespace)),
  };
}

function named(plural: string): Resource {
  return the(plural, (one) => one.plural === plural);
}

function the(what: string, matches: (resource: Resource) => boolean): Resource {
  const resource = RESOURCES.find(matches);
  if (!resource) {
    throw new Error(
      `The embedded Kubernetes API knows no ${what}, only ${RESOURCES.map(({ plural }) => plural).join(', ')}`,
    );
  }
  return resource;
}
