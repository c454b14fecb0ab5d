import type { Cluster } from '#shared/ports/cluster.ts';
import type { EventBus, Outbox } from '#shared/ports/event-bus.ts';
import type { RollbackLog } from '#shared/ports/rollback-log.ts';

/** Asked right before and right after each effect on the outside; it may wait, throw, or never come back. */
export type Gate = (what: string, when: 'before' | 'after') => Promise<void>;

/** The cluster with a gate at both sides of every call. */
export function gatedCluster(cluster: Cluster, gate: Gate): Cluster {
  const { virtualServices, surroundings } = cluster;
  return {
    ...cluster,
    virtualServices: {
      list: (which, signal) => through(gate, `list ${which}`, () => virtualServices.list(which, signal)),
      listPage: (page, signal) => through(gate, 'list page', () => virtualServices.listPage(page, signal)),
      get: (ref, signal) => through(gate, 'get', () => virtualServices.get(ref, signal)),
      patch: (ref, operations, signal, options) =>
        through(gate, 'patch', () => virtualServices.patch(ref, operations, signal, options)),
    },
    ...(surroundings
      ? {
          surroundings: {
            rollouts: (signal) => through(gate, 'rollouts', () => surroundings.rollouts(signal)),
            destinationRules: (namespace, signal) =>
              through(gate, 'destinationrules', () => surroundings.destinationRules(namespace, signal)),
            endpoints: (namespace, service, signal) =>
              through(gate, 'endpointslices', () => surroundings.endpoints(namespace, service, signal)),
            pods: (namespace, labels, signal) =>
              through(gate, 'pods', () => surroundings.pods(namespace, labels, signal)),
          },
        }
      : {}),
  };
}

/** The store with a gate at both sides of every call. */
export function gatedRollbackLog(log: RollbackLog, gate: Gate): RollbackLog {
  return {
    read: (ids, target, signal) => through(gate, 'read', () => log.read(ids, target, signal)),
    commit: (change, signal) => through(gate, 'commit', () => log.commit(change, signal)),
    ofFiring: (firing, signal) => through(gate, 'ofFiring', () => log.ofFiring(firing, signal)),
    unfinished: (page, signal) => through(gate, 'unfinished', () => log.unfinished(page, signal)),
    recent: (limit, signal) => through(gate, 'recent', () => log.recent(limit, signal)),
  };
}

/** The outbox and the bus with a gate at both sides of every call. */
export function gatedOutbox(outbox: Outbox, gate: Gate): Outbox {
  return {
    markSent: (events, signal) => through(gate, 'markSent', () => outbox.markSent(events, signal)),
    unsent: (olderThan, page, signal) => through(gate, 'unsent', () => outbox.unsent(olderThan, page, signal)),
  };
}

export function gatedBus(bus: EventBus, gate: Gate): EventBus {
  return { publish: (events, signal) => through(gate, 'publish', () => bus.publish(events, signal)) };
}

async function through<T>(gate: Gate, what: string, effect: () => Promise<T>): Promise<T> {
  await gate(what, 'before');
  const result = await effect();
  await gate(what, 'after');
  return result;
}
