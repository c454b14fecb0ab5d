import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { StoreFault } from '#shared/ports/rollback-log.ts';
import type { Budget } from './budget.ts';
import { endUnfinished } from './end-unfinished.ts';
import { forbiddenNamespaces } from './fault-words.ts';
import { findUnrecorded } from './find-unrecorded.ts';
import { guardHolds, type HoldsRun } from './guard-holds.ts';
import { keepFaults } from './keep-faults.ts';
import { recordJournaled } from './record-journaled.ts';
import type { RecordDeps } from './record-rollbacks.ts';
import { type Retried, retryUnfinished } from './retry-unfinished.ts';
import type { RollbackPolicy } from './roll-back-alerts.ts';

export type GuardClusterParts = {
  /** Absent where the settings name the cluster no more: then its records can only be ended. */
  readonly cluster: Cluster | undefined;
  readonly records: readonly RollbackRecord[];
  readonly policy: RollbackPolicy;
  readonly onConflict: () => void;
  /** For tries of unfinished rollbacks, and then for the journals, ms. */
  readonly retryMs: number;
  readonly journalsMs: number;
  /** For what the journals hold at zero, ms. */
  readonly holdsMs: number;
};

/** What one run did for one cluster. */
export type ClusterRun = {
  /** Managed VirtualServices seen. */
  readonly objects: number;
  /** Records made, or improved, from journals. */
  readonly journaled: number;
  readonly retried: number;
  /** Ended as `failed: unreachable`. */
  readonly unreachable: number;
  readonly givenUp: number;
  readonly holds: HoldsRun;
  readonly clusterFaults: readonly string[];
  readonly storeFaults: readonly StoreFault[];
};

/**
 * The canaries that may still get traffic first, then the books, then whoever must be told. A part that fails takes
 * nothing from the next one. Throws for what is neither the cluster's nor the store's fault.
 */
export async function guardCluster(
  { cluster, records, policy, onConflict, retryMs, journalsMs, holdsMs }: GuardClusterParts,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<ClusterRun> {
  const clusterFaults: string[] = [];
  const storeFaults: StoreFault[] = [];
  const guarded = keepFaults({ store: storeFaults, cluster: clusterFaults });
  const until = deps.clock.now() + retryMs;
  const retry = () => cluster && retryUnfinished(records, { cluster, policy, onConflict, until }, deps, signal);
  const tried = (await guarded(async () => retry())) ?? UNTRIED;
  storeFaults.push(...tried.faults);
  if (!tried.answers) clusterFaults.push([...tried.last.values()][0]?.message ?? 'no usable answer');
  let objects = 0;
  let held: readonly VirtualService[] = [];
  const journaled = await guarded(async () => {
    // It has just kept a lot waiting for nothing.
    if (!cluster || !tried.answers) return 0;
    const budget = budgetOf(journalsMs, deps, signal);
    const found = await findUnrecorded(cluster, deps.log, budget, signal);
    objects = found.objects;
    held = found.held;
    storeFaults.push(...found.storeFaults);
    if (found.forbidden.length > 0) clusterFaults.push(forbiddenNamespaces(found.forbidden));
    return (await recordJournaled(found.unrecorded, cluster, policy, budget, deps, signal)).length;
  });
  const holds = await guardHoldsOf(held);
  clusterFaults.push(...holds.clusterFaults);
  storeFaults.push(...holds.storeFaults);
  const parts = { holdMs: policy.holdMs, last: tried.last, context: cluster?.context };
  const ended = (await guarded(() => endUnfinished(records, parts, deps, signal))) ?? { unreachable: 0, givenUp: 0 };
  return { objects, journaled: journaled ?? 0, retried: tried.retried, ...ended, holds, clusterFaults, storeFaults };

  async function guardHoldsOf(some: readonly VirtualService[]): Promise<HoldsRun> {
    if (!cluster || some.length === 0) return NO_HOLDS;
    return guardHolds(some, { cluster, policy, budget: budgetOf(holdsMs, deps, signal), onConflict }, deps, signal);
  }
}

const NO_HOLDS: HoldsRun = {
  open: 0,
  closed: 0,
  reasserted: 0,
  putBack: 0,
  told: [],
  trafficFaults: [],
  clusterFaults: [],
  storeFaults: [],
};

const UNTRIED: Retried = { retried: 0, last: new Map(), answers: true, faults: [] };

function budgetOf(ms: number, { clock }: RecordDeps, signal: AbortSignal): Budget {
  return { clock, endsAt: clock.now() + ms, signal: AbortSignal.any([signal, AbortSignal.timeout(ms)]) };
}
