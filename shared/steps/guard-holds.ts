import { isOpen, type JournalEntry } from '#shared/domain/journal.ts';
import { modeOf } from '#shared/domain/mode.ts';
import type { HistoryEntry } from '#shared/domain/rollback-record.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { StoreFault } from '#shared/ports/rollback-log.ts';
import type { Budget } from './budget.ts';
import { closeHold } from './close-hold.ts';
import { openClusterView } from './cluster-view.ts';
import { inParallel } from './in-parallel.ts';
import { type Guarded, keepFaults } from './keep-faults.ts';
import { type Held, hasPassed, isOver, type Records, readHeld, recordsOf } from './read-holds.ts';
import { canariesPutBack, type PutBack, reassertHold } from './reassert-hold.ts';
import type { RecordDeps } from './record-rollbacks.ts';
import type { RollbackPolicy } from './roll-back-alerts.ts';
import { tellHolds } from './tell-holds.ts';
import { verifyHolds } from './verify-holds.ts';

const OBJECTS_AT_ONCE = 8;

export type HoldsParts = {
  readonly cluster: Cluster;
  readonly policy: RollbackPolicy;
  readonly budget: Budget;
  readonly onConflict: () => void;
};

/** What one run did for the holds of one cluster. */
export type HoldsRun = {
  /** Entries that still hold a canary at zero. */
  readonly open: number;
  readonly closed: number;
  /** Canaries taken to zero again, and those that stay above it although we are not to observe only. */
  readonly reasserted: number;
  readonly putBack: number;
  /** What was added to records. */
  readonly told: readonly HistoryEntry[];
  /** Why the canaries' requests could not be looked at. */
  readonly trafficFaults: readonly string[];
  readonly clusterFaults: readonly string[];
  readonly storeFaults: readonly StoreFault[];
};

/**
 * The canary stays at zero for its hold, and the hold ends: what is over is closed, what was put back is taken to zero
 * again. The objects say what is to be done, so that none of it waits for the store; the records follow. Never throws
 * for the cluster or the store.
 */
export async function guardHolds(
  objects: readonly VirtualService[],
  parts: HoldsParts,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<HoldsRun> {
  const { cluster, budget } = parts;
  const clusterFaults: string[] = [];
  const storeFaults: StoreFault[] = [];
  const guarded = keepFaults({ store: storeFaults, cluster: clusterFaults });
  const seen = readHeld(objects, budget.clock.now());
  const asked = seen.filter((one) => needsRecords(one, cluster, budget.clock.now()));
  const records = await guarded(() => recordsOf(asked, cluster.name, deps.log, signal));
  const closings = await inParallel(seen, OBJECTS_AT_ONCE, (held) => guarded(() => close(held, records, parts)));
  clusterFaults.push(...closings.flatMap((one) => one?.fault ?? []));
  const held = closings.flatMap((one) => one?.held ?? []);
  const putBack = (await guarded(() => reassertAll(held, records, parts, guarded))) ?? [];
  const counted = held.map((one) => withCounts(one, putBack));
  const told =
    records &&
    (await guarded(() => tellHolds({ cluster: cluster.name, held: counted, putBack, records }, deps, signal)));
  // What was above zero by its weight a moment ago is told already.
  const atZero = counted.map((one) => withoutPutBack(one, putBack));
  const verified = records && (await guarded(() => verifyHolds(atZero, records, parts, deps, signal)));
  const mended = putBack.filter(({ outcome }) => outcome === 'rolled-back');
  return {
    open: held.flatMap(({ entries }) => entries.filter((entry) => isOpen(entry, budget.clock.now()))).length,
    closed: closings.reduce((total, one) => total + (one?.closed ?? 0), 0),
    reasserted: canariesOf(mended),
    putBack: canariesOf(putBack.filter(({ outcome }) => outcome !== 'observed')) - canariesOf(mended),
    told: [...(told ?? []), ...(verified?.told ?? [])],
    trafficFaults: verified?.trafficFaults ?? [],
    clusterFaults,
    storeFaults,
  };
}

/** Most objects are at zero within their hold, minute after minute: what nothing has happened to needs no reading. */
function needsRecords(held: Held, { traffic }: Cluster, now: number): boolean {
  if (traffic || canariesPutBack(held, (entry) => isOpen(entry, now)).length > 0) return true;
  return held.entries.some((entry) => entry.ended !== undefined || entry.reasserts > 0 || hasPassed(entry, now));
}

/** An entry past its time holds nothing, closed or not: where the mode forbids to write, it stays as it is. */
async function close(held: Held, records: Records | undefined, { cluster, policy, budget }: HoldsParts) {
  const over = (now: number) => (entry: Held['entries'][number]) => isOver(entry, cluster.name, records, now);
  const isDue = over(budget.clock.now());
  if (!held.entries.some(isDue) || modeOf(held.object, policy.mode) !== 'act') return { held, closed: 0 };
  return closeHold(held, isDue, { cluster, budget });
}

async function reassertAll(
  held: readonly Held[],
  records: Records | undefined,
  { cluster, policy, budget, onConflict }: HoldsParts,
  guarded: Guarded,
): Promise<PutBack[]> {
  const now = budget.clock.now();
  // Over, and not closed where the mode forbids to write.
  const holds = (entry: JournalEntry) => isOpen(entry, now) && !isOver(entry, cluster.name, records, now);
  const open = held.flatMap((one) => canariesPutBack(one, holds).map((canary) => ({ held: one, canary })));
  if (open.length === 0) return [];
  const listed = { objects: [...new Set(open.map((one) => one.held.object))], forbidden: [] };
  const view = await openClusterView(cluster, { namespaces: [], listing: 'managed', listed }, budget);
  const deps = { cluster: cluster.name, records, view, policy, budget, onConflict };
  // Two canaries of one object would only meet each other.
  const byObject = [...Map.groupBy(open, (one) => one.held.name).values()];
  const ends = await inParallel(byObject, OBJECTS_AT_ONCE, async (group) => {
    const some: PutBack[] = [];
    for (const one of group) some.push(...((await guarded(() => reassertHold(one.held, one.canary, deps))) ?? []));
    return some;
  });
  return ends.flat();
}

/** The object's entries as the reasserts left them. */
function withCounts(held: Held, putBack: readonly PutBack[]): Held {
  const own = putBack.filter(({ virtualService }) => virtualService === held.name);
  if (own.length === 0) return held;
  const entries = held.entries.map(
    (entry) => own.find((one) => one.entry?.id === entry.id && one.canary === entry.canary)?.entry ?? entry,
  );
  return { ...held, entries };
}

function withoutPutBack(held: Held, putBack: readonly PutBack[]): Held {
  const above = putBack.filter(({ virtualService }) => virtualService === held.name);
  return { ...held, entries: held.entries.filter(({ canary }) => !above.some((one) => one.canary === canary)) };
}

function canariesOf(some: readonly PutBack[]): number {
  return new Set(some.map(({ virtualService, canary }) => `${virtualService} ${canary}`)).size;
}
