import type { ClusterSettings } from '#shared/contracts/settings.ts';
import { type Cluster, ClusterFault } from '#shared/ports/cluster.ts';

/** A cluster that holds a connection. */
export type ConnectedCluster = Cluster & {
  readonly client: {
    /** Opens the connection ahead of the first request. */
    warm(): Promise<void>;
    /** Closes it once nothing is under way. */
    retire(): void;
  };
};

export type ClusterRegistry = {
  /** These are the clusters from now on; an unchanged entry keeps its connection. */
  update(entries: readonly ClusterSettings[]): void;
  clusters(): readonly Cluster[];
};

export type ClusterRegistryDeps = {
  readonly build: (entry: ClusterSettings) => ConnectedCluster;
  /** An entry that no cluster can be made of; the others go on. */
  readonly onUnusable: (name: string, cause: unknown) => void;
};

type Held = { readonly cluster: Cluster; readonly client?: ConnectedCluster['client'] };

/** The configured clusters across changes of the settings. */
export function clusterRegistry({ build, onUnusable }: ClusterRegistryDeps): ClusterRegistry {
  let held: ReadonlyMap<string, Held> = new Map();

  function open(entry: ClusterSettings): Held {
    try {
      const cluster = build(entry);
      // What fails here fails again, with words, where a request waits for it.
      cluster.client.warm().catch(() => undefined);
      return { cluster, client: cluster.client };
    } catch (cause) {
      onUnusable(entry.name, cause);
      return { cluster: unusableCluster(entry, cause) };
    }
  }

  return {
    update(entries) {
      const before = held;
      held = new Map(
        entries.map((entry): [string, Held] => {
          const key = JSON.stringify(entry);
          return [key, before.get(key) ?? open(entry)];
        }),
      );
      for (const [key, { client }] of before) if (!held.has(key)) client?.retire();
    },
    clusters: () => [...held.values()].map(({ cluster }) => cluster),
  };
}

/** Its alerts stay pending until the settings are mended, instead of being told that there is no such cluster. */
function unusableCluster({ name, context }: ClusterSettings, cause: unknown): Cluster {
  const words = cause instanceof Error ? cause.message : String(cause);
  async function unusable(): Promise<never> {
    throw new ClusterFault('unauthorized', `The settings of cluster ${name} cannot be used: ${words}`, { cause });
  }
  return { name, context, virtualServices: { list: unusable, listPage: unusable, get: unusable, patch: unusable } };
}
