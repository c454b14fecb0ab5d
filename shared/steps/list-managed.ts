import type { VirtualService } from '#shared/domain/virtual-service.ts';
import { type Cluster, ClusterFault, type Listed } from '#shared/ports/cluster.ts';
import { type Budget, withRetries } from './budget.ts';

/** About what the API server sends in 2 MB. */
const PAGE_OBJECTS = 250;
/** The API server remembers a list for minutes, and a whole one is read in seconds. */
const MAX_BEGINNINGS = 3;

/**
 * Every managed object of a cluster, page after page. Where the cluster has forgotten the list before its end, it begins
 * anew, and objects come a second time. Throws ClusterFault.
 */
export async function* listManaged(cluster: Cluster, budget: Budget): AsyncGenerator<Listed<VirtualService>> {
  for (let beginnings = 0; beginnings < MAX_BEGINNINGS; beginnings += 1) {
    let from: string | undefined;
    do {
      const page = await withRetries(budget, () =>
        cluster.virtualServices.listPage({ limit: PAGE_OBJECTS, from }, budget.signal),
      );
      if (page.kind === 'expired') break;
      yield page;
      if (page.next === undefined) return;
      from = page.next;
    } while (!budget.signal.aborted);
  }
  throw new ClusterFault('error', `The API server forgot its list of VirtualServices ${MAX_BEGINNINGS} times halfway`);
}
