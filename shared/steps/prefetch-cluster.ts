import type { Cluster, Surroundings } from '#shared/ports/cluster.ts';

/**
 * The cluster, with the first reads of a delivery under way already; each answers the first call for it, and later calls
 * ask anew. Nothing but reading is begun: whether the delivery may act is decided meanwhile.
 */
export function prefetchCluster(cluster: Cluster, namespaces: readonly string[], signal: AbortSignal): Cluster {
  const { virtualServices, surroundings } = cluster;
  const listed = begun(virtualServices.list('managed-cached', signal));
  return {
    ...cluster,
    virtualServices: {
      ...virtualServices,
      list: (which, later) => (which === 'managed-cached' ? listed() : undefined) ?? virtualServices.list(which, later),
    },
    ...(surroundings ? { surroundings: prefetchSurroundings(surroundings, namespaces, signal) } : {}),
  };
}

function prefetchSurroundings(
  surroundings: Surroundings,
  namespaces: readonly string[],
  signal: AbortSignal,
): Surroundings {
  const rollouts = begun(surroundings.rollouts(signal));
  const rules = begunEach(namespaces, (namespace) => surroundings.destinationRules(namespace, signal));
  const slices = begunEach(namespaces, (namespace) => surroundings.endpoints(namespace, undefined, signal));
  return {
    ...surroundings,
    rollouts: (later) => rollouts() ?? surroundings.rollouts(later),
    destinationRules: (namespace, later) => rules.get(namespace)?.() ?? surroundings.destinationRules(namespace, later),
    endpoints: (namespace, service, later) =>
      (service === undefined ? slices.get(namespace)?.() : undefined) ??
      surroundings.endpoints(namespace, service, later),
  };
}

/** What was begun, given once. Its failure is told to whoever takes it, and to nobody else. */
function begun<T>(work: Promise<T>): () => Promise<T> | undefined {
  work.catch(() => undefined);
  let left: Promise<T> | undefined = work;
  return () => {
    const taken = left;
    left = undefined;
    return taken;
  };
}

function begunEach<T>(
  namespaces: readonly string[],
  begin: (namespace: string) => Promise<T>,
): ReadonlyMap<string, () => Promise<T> | undefined> {
  return new Map(namespaces.map((namespace) => [namespace, begun(begin(namespace))]));
}
