import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { DayLog } from '#shared/ports/day-log.ts';
import type { EventBus, Outbox } from '#shared/ports/event-bus.ts';
import type { RollbackLog, StoreFault } from '#shared/ports/rollback-log.ts';
import type { WeekLog } from '#shared/ports/week-log.ts';
import { type FoldRun, foldDays } from './fold-days.ts';
import { type ClusterRun, guardCluster } from './guard-cluster.ts';
import { inParallel } from './in-parallel.ts';
import { keepFaults } from './keep-faults.ts';
import { listUnfinished } from './list-unfinished.ts';
import { type Resent, resendEvents } from './resend-events.ts';
import type { RollbackPolicy } from './roll-back-alerts.ts';
import { tellWeek, type WeekPolicy, type WeekRun } from './tell-week.ts';

export type GuardDeps = {
  readonly clusters: readonly Cluster[];
  readonly policy: RollbackPolicy;
  readonly week: WeekPolicy;
  readonly rollbackLog: RollbackLog;
  readonly dayLog: DayLog;
  readonly weekLog: WeekLog;
  readonly outbox: Outbox;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly onConflict?: (() => void) | undefined;
  readonly limits?: GuardLimits | undefined;
};

/** How long one run may spend on what, ms. */
export type GuardLimits = { readonly retryMs: number; readonly journalsMs: number; readonly holdsMs: number };

/** Within a minute also where a cluster hangs: the last lot may begin at 20 s and take a delivery's 8. */
const LIMITS: GuardLimits = { retryMs: 20_000, journalsMs: 12_000, holdsMs: 12_000 };
/** Younger ones are on their way through the stream. */
export const RESEND_AFTER_MS = 60_000;

export type GuardRun = {
  readonly clusters: ReadonlyMap<string, ClusterRun>;
  /** Absent where the store did not answer. */
  readonly events: Resent | undefined;
  /** Absent where the store did not answer. */
  readonly days: FoldRun | undefined;
  /** Absent where the store did not answer. */
  readonly week: WeekRun | undefined;
  /** Rollbacks of which this run told that they missed their SLA target. */
  readonly slaBreached: number;
  /** What kept some of it from being done; the next run does it. */
  readonly storeFaults: readonly StoreFault[];
};

/**
 * One run of guard: every cluster beside the others, and the outbox and the days that are over beside them. All that it
 * does is decided from what is there, and written under the version that was seen: two at once, or one beside a delivery,
 * do it once.
 */
export async function runGuard(deps: GuardDeps, signal: AbortSignal): Promise<GuardRun> {
  const storeFaults: StoreFault[] = [];
  const guarded = keepFaults({ store: storeFaults });
  let slaBreached = 0;
  const onWritten = (written: readonly OutboxEvent[]) => {
    slaBreached += written.filter(({ type }) => type === 'RollbackSlaBreached').length;
  };
  const olderThan = deps.clock.now() - RESEND_AFTER_MS;
  const ends = await Promise.allSettled([
    guarded(() => resendEvents(deps, olderThan, signal)),
    guarded(() => listUnfinished(deps.rollbackLog, signal)).then((records = []) =>
      guardClusters(records, deps, onWritten, signal),
    ),
    guarded(() => foldDays(deps, signal)).then(async (folded) => ({
      folded,
      // After them: it is made of folded days.
      week: await guarded(() => tellWeek(deps.week, deps, signal)),
    })),
  ]);
  const [events, clusters, { folded: days, week }] = [unwrap(ends[0]), unwrap(ends[1]), unwrap(ends[2])];
  storeFaults.push(...[...clusters.values()].flatMap((run) => run.storeFaults));
  return { clusters, events, days, week, slaBreached, storeFaults };
}

/** Each part has ended by now, whatever nobody foresaw in the other. */
function unwrap<T>(end: PromiseSettledResult<T>): T {
  if (end.status === 'rejected') throw end.reason;
  return end.value;
}

async function guardClusters(
  records: readonly RollbackRecord[],
  { clusters, policy, rollbackLog, clock, onConflict = () => undefined, limits = LIMITS }: GuardDeps,
  onWritten: (events: readonly OutboxEvent[]) => void,
  signal: AbortSignal,
): Promise<Map<string, ClusterRun>> {
  const configured = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  const names = [...new Set([...configured.keys(), ...records.map(({ cluster }) => cluster)])];
  const runs = await inParallel(names, names.length, async (name): Promise<[string, ClusterRun]> => {
    const about = records.filter(({ cluster }) => cluster === name);
    const parts = { cluster: configured.get(name), records: about, policy, onConflict, ...limits };
    return [name, await guardCluster(parts, { log: rollbackLog, clock, onWritten }, signal)];
  });
  return new Map(runs);
}
