import { ClusterFault } from '#shared/ports/cluster.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';

/** Does a part of the work; undefined where a fault kept it from being done. */
export type Guarded = <T>(work: () => Promise<T>) => Promise<T | undefined>;

export type KeptFaults = {
  readonly store: StoreFault[];
  /** What each said. Where there is no list, the faults of a cluster are thrown on. */
  readonly cluster?: string[];
};

/** A part that fails takes nothing from the next one: its fault is put with the others. What nobody foresaw is thrown on. */
export function keepFaults({ store, cluster }: KeptFaults): Guarded {
  return async function guarded(work) {
    try {
      return await work();
    } catch (fault) {
      if (fault instanceof StoreFault) store.push(fault);
      else if (cluster && fault instanceof ClusterFault) cluster.push(fault.message);
      else throw fault;
      return undefined;
    }
  };
}
