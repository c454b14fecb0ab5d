import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import type { PatchOperation } from '#shared/domain/json-patch.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Cluster, Listing, ObjectRef, PatchAnswer, Surroundings } from '#shared/ports/cluster.ts';
import type { RawVirtualService } from '#test/builders/virtual-service.ts';
import { applyJsonPatch, JsonPatchError } from './apply-json-patch.ts';

export type SentPatch = { readonly name: string; readonly operations: readonly PatchOperation[]; readonly at: number };

export type MemoryCluster = Cluster & {
  /** The object as it stands. */
  read(name: string): RawVirtualService;
  /** Somebody else writes the object. */
  write(name: string, change: (object: RawVirtualService) => void): void;
  remove(name: string): void;
  /** The API server's cache stays as it is now, however the objects change. */
  freezeCache(): void;
  /** The patches that the cluster took, oldest first. */
  readonly patches: readonly SentPatch[];
};

export type MemoryClusterParts = {
  readonly objects: readonly RawVirtualService[];
  readonly clock: Clock;
  readonly name?: string;
  readonly surroundings?: Surroundings;
};

const FIELD_MANAGER = 'weightless';
const UNFIT = 'the server rejected our request due to an error in our request';

/** VirtualServices as the API server keeps them: JSON Patch, resourceVersion, 409, 404, managedFields in whole seconds. */
export function memoryCluster({
  objects,
  clock,
  name = 'production-eu',
  surroundings,
}: MemoryClusterParts): MemoryCluster {
  const held = new Map<string, RawVirtualService>();
  const patches: SentPatch[] = [];
  let version = 1000;
  let cache: ReadonlyMap<string, RawVirtualService> = held;

  function store(object: RawVirtualService): void {
    version += 1;
    held.set(keyOf(object.metadata), {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(version) },
    });
  }
  function read(key: string): RawVirtualService {
    const object = held.get(key);
    if (!object) throw new Error(`The memory cluster has no ${key}`);
    return structuredClone(object);
  }
  function listed(which: Listing): VirtualService[] {
    const all = [...(which === 'managed' ? held : cache).values()].filter(
      ({ metadata }) => which === 'all' || Object.hasOwn(metadata.labels ?? {}, MARK.mode),
    );
    return all.map((object) => parseVirtualService(structuredClone(object)));
  }
  function patch(key: string, operations: readonly PatchOperation[], dryRun = false): PatchAnswer {
    const object = held.get(key);
    if (!object) return { kind: 'gone' };
    if (isStale(object, operations)) return { kind: 'conflict' };
    try {
      const patched = applyJsonPatch(object, operations);
      if (dryRun) return { kind: 'patched', object: parseVirtualService(structuredClone(patched)) };
      store({ ...patched, metadata: { ...patched.metadata, managedFields: managedFields(patched, clock.now()) } });
    } catch (error) {
      return unfit(error);
    }
    patches.push({ name: key, operations: structuredClone(operations), at: clock.now() });
    return { kind: 'patched', object: parseVirtualService(read(key)) };
  }

  for (const object of objects) store(structuredClone(object));
  return {
    name,
    virtualServices: {
      list: async (which) => ({ objects: listed(which), forbidden: [] }),
      async listPage({ limit, from = '' }) {
        const managed = [...held].filter(([, { metadata }]) => Object.hasOwn(metadata.labels ?? {}, MARK.mode));
        const behind = managed.filter(([key]) => key > from).sort(([a], [b]) => (a < b ? -1 : 1));
        const page = behind.slice(0, limit);
        const next = behind.length > page.length ? page.at(-1)?.[0] : undefined;
        const objects = page.map(([, object]) => parseVirtualService(structuredClone(object)));
        return { kind: 'page', objects, forbidden: [], ...(next === undefined ? {} : { next }) };
      },
      async get(ref) {
        const object = held.get(keyOf(ref));
        return object && parseVirtualService(structuredClone(object));
      },
      patch: async (ref, operations, _signal, options) => patch(keyOf(ref), operations, options?.dryRun),
    },
    ...(surroundings ? { surroundings } : {}),
    read,
    write(key, change) {
      const object = read(key);
      change(object);
      store(object);
    },
    remove(key) {
      held.delete(key);
    },
    freezeCache() {
      cache = new Map(structuredClone([...held]));
    },
    patches,
  };
}

function isStale({ metadata }: RawVirtualService, operations: readonly PatchOperation[]): boolean {
  return operations.some(
    ({ path, ...rest }) =>
      path === '/metadata/resourceVersion' && 'value' in rest && rest.value !== metadata.resourceVersion,
  );
}

function keyOf({ namespace, name }: ObjectRef): string {
  return `${namespace}/${name}`;
}

/** The API server notes who wrote last, in whole seconds. */
function managedFields({ metadata }: RawVirtualService, now: number): { manager: string; time: string }[] {
  const time = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const others = (metadata.managedFields ?? []).filter(({ manager }) => manager !== FIELD_MANAGER);
  return [...others, { manager: FIELD_MANAGER, time }];
}

/** What a patch that does not fit is answered with; another error is thrown on. */
function unfit(error: unknown): PatchAnswer {
  if (error instanceof JsonPatchError) return { kind: 'bad-path', message: UNFIT };
  throw error;
}
