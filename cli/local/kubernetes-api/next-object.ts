import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type KubernetesObject, type StoredObject, timestamp } from './kubernetes-object.ts';
import { managedFieldsAfter } from './managed-fields.ts';

export type Write = {
  readonly namespace: string;
  readonly name: string;
  readonly manager: string;
  readonly now: number;
};

/**
 * An object as it is to be stored, with what the API itself keeps in metadata: `live` itself where nothing would
 * change, for then the object keeps its version and its times.
 */
export function nextObject(live: StoredObject | undefined, object: KubernetesObject, write: Write): StoredObject {
  const { name, namespace, manager, now } = write;
  const time = timestamp(now);
  const kept = live?.metadata ?? {
    uid: randomUUID(),
    creationTimestamp: time,
    generation: 1,
    managedFields: [],
    resourceVersion: '',
  };
  const { uid, creationTimestamp, generation, managedFields, resourceVersion } = kept;
  const own = { name, namespace, uid, creationTimestamp, generation, managedFields, resourceVersion };
  const next = { ...object, metadata: { ...object.metadata, ...own } };
  if (!live) return withOwners(next, {}, { manager, time });
  if (isDeepStrictEqual(next, live)) return live;
  if (!isDeepStrictEqual(bodyOf(next), bodyOf(live))) next.metadata.generation += 1;
  return withOwners(next, live, { manager, time });
}

function withOwners(
  next: StoredObject,
  before: object,
  { manager, time }: { manager: string; time: string },
): StoredObject {
  const writer = { manager, apiVersion: next.apiVersion, time };
  const managedFields = managedFieldsAfter(next.metadata.managedFields, { ...before }, next, writer);
  return { ...next, metadata: { ...next.metadata, managedFields } };
}

/** The generation counts the changes of what is neither metadata nor status. */
function bodyOf({ metadata, status, ...body }: KubernetesObject): unknown {
  return body;
}
