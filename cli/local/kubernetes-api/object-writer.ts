import { randomBytes } from 'node:crypto';
import { type Admission, deniedBy, type Review } from './admission.ts';
import { alreadyExists, conflict, notFound } from './api-error.ts';
import type { KubernetesObject, StoredObject } from './kubernetes-object.ts';
import { nextObject } from './next-object.ts';
import type { ObjectStore } from './object-store.ts';
import type { Resource } from './resources.ts';
import { matchUrl, refuseVersion, requireVersion, validateObject } from './validate-object.ts';

/** Who writes where. */
export type Writing = {
  readonly resource: Resource;
  readonly namespace: string;
  readonly user: string;
  readonly manager: string;
  /** Everything is decided, and nothing kept. */
  readonly dryRun?: boolean;
};

export type ObjectWriter = ReturnType<typeof objectWriter>;

/** So often is an update tried while somebody else keeps writing the object. */
const TRIES = 5;

/** The way of a write: admission, the type's rules, the version that it was made from, the store. All throw ApiError. */
export function objectWriter(store: ObjectStore, admission: Admission, now: () => number) {
  async function mutate(review: Review, object: KubernetesObject): Promise<KubernetesObject> {
    return (await admission.mutate?.({ ...review, object: structuredClone(object) })) ?? object;
  }

  async function validate(review: Review): Promise<void> {
    const denial = await admission.validate?.(review);
    if (denial) throw deniedBy(denial, review);
  }

  function put(writing: Writing, live: StoredObject | undefined, object: KubernetesObject, name: string): StoredObject {
    const { resource, namespace, manager, dryRun = false } = writing;
    const next = nextObject(live, object, { name, namespace, manager, now: now() });
    if (live && next === live) return live;
    return dryRun ? next : store.put(resource, next);
  }

  async function create(writing: Writing, sent: KubernetesObject): Promise<StoredObject> {
    const { resource, namespace, user } = writing;
    const name = sent.metadata.name ?? generatedName(sent.metadata.generateName);
    const object = { ...sent, metadata: { ...sent.metadata, name } };
    matchUrl(object, { namespace, name });
    refuseVersion(object);
    const review: Review = { operation: 'CREATE', resource, name, user, object, oldObject: undefined };
    const admitted = await mutate(review, object);
    validateObject(resource, admitted, name);
    await validate({ ...review, object: admitted });
    if (store.get(resource, namespace, name)) throw alreadyExists(resource, name);
    return put(writing, undefined, admitted, name);
  }

  async function update(writing: Writing, name: string, change: Change): Promise<StoredObject> {
    const { resource, namespace, user } = writing;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const live = found(store.get(resource, namespace, name), writing, name);
      const object = change(live);
      matchUrl(object, { namespace, name });
      const review: Review = { operation: 'UPDATE', resource, name, user, object, oldObject: live };
      const admitted = await mutate(review, object);
      requireVersion(resource, admitted);
      if (admitted.metadata.resourceVersion !== live.metadata.resourceVersion) throw conflict(resource, name);
      validateObject(resource, admitted, name);
      await validate({ ...review, object: admitted });
      if (store.get(resource, namespace, name) === live) return put(writing, live, admitted, name);
    }
    throw conflict(resource, name);
  }

  async function remove(writing: Writing, name: string, version: string | undefined): Promise<StoredObject> {
    const { resource, namespace, user } = writing;
    const live = found(store.get(resource, namespace, name), writing, name);
    const { resourceVersion } = live.metadata;
    if (version !== undefined && version !== resourceVersion) {
      const why = `the ResourceVersion in the precondition (${version}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
      throw conflict({ ...resource, plural: resource.kind }, name, why);
    }
    await validate({ operation: 'DELETE', resource, name, user, object: undefined, oldObject: live });
    if (!writing.dryRun) store.remove(resource, namespace, name);
    return live;
  }

  /** Puts an object there, whatever admission says and whatever was there; the rules of its type hold. */
  function seed(writing: Writing, object: KubernetesObject): StoredObject {
    const { resource, namespace } = writing;
    const name = object.metadata.name ?? '';
    validateObject(resource, object, name);
    return put(writing, store.get(resource, namespace, name), object, name);
  }

  return { create, update, remove, seed };
}

/** Made anew from what is stored at each try. */
type Change = (live: StoredObject) => KubernetesObject;

function found(live: StoredObject | undefined, { resource }: Writing, name: string): StoredObject {
  if (!live) throw notFound(resource, name);
  return live;
}

function generatedName(prefix: string | undefined): string {
  return prefix === undefined ? '' : `${prefix}${randomBytes(3).toString('hex')}`;
}
