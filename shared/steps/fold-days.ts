import { dayFolder } from '#shared/domain/report/fold-day.ts';
import {
  DAY_MS,
  dayOf,
  daysBetween,
  MAX_DAYS,
  SETTLED_AFTER_MS,
  startOfDay,
} from '#shared/domain/report/report-window.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { DayLog } from '#shared/ports/day-log.ts';
import { inParallel } from './in-parallel.ts';

export type FoldDeps = { readonly dayLog: DayLog; readonly clock: Clock };

export type FoldRun = {
  /** Days that were folded for the first time. */
  readonly folded: number;
  /** Days that were folded again, as something in them changed. */
  readonly refolded: number;
  /** Days that another run stored meanwhile. */
  readonly conflicts: number;
};

/** Whoever changes a record of a finished day may do it again soon; and the index is a moment behind. */
const QUIET_MS = 60_000;
/** A day that never gets quiet is folded so often. */
const LONGEST_WAIT_MS = 10 * 60_000;
/** A report, and what it is compared with. */
const BACK_DAYS = 2 * MAX_DAYS;
/** Days under way at once: most are small, and one of 100,000 records takes 400 MB of the 1,024 that guard has. */
const AT_ONCE = 2;
const MAX_CHANGED = 20;
/** No further day is begun after this: the next run goes on. */
const FOLD_MS = 15_000;

/**
 * Folds the days that are over and not folded yet, the oldest first, and again those in which something changed since. A
 * run that is cut short, or runs beside another, harms nothing: each day is one write under the fold that was seen.
 * Throws StoreFault.
 */
export async function foldDays(deps: FoldDeps, signal: AbortSignal): Promise<FoldRun> {
  const startedAt = deps.clock.now();
  const last = startOfDay(startedAt - SETTLED_AFTER_MS) - DAY_MS;
  const budget = { endsAt: startedAt + FOLD_MS };
  const first = await foldMissing(last, budget, deps, signal);
  const again = await refoldChanged(dayOf(last), budget, deps, signal);
  const ends = [...first, ...again];
  return {
    folded: first.filter((end) => end === 'written').length,
    refolded: again.filter((end) => end === 'written').length,
    conflicts: ends.filter((end) => end === 'conflict').length,
  };
}

type Budget = { readonly endsAt: number };
type End = 'written' | 'conflict' | 'too-soon' | 'out-of-time';

/** The last day is folded after all others, so that its fold says that there is no other to be made. */
async function foldMissing(last: number, budget: Budget, deps: FoldDeps, signal: AbortSignal): Promise<End[]> {
  const lastDay = dayOf(last);
  if ((await deps.dayLog.folded({ from: lastDay, to: lastDay }, signal)).has(lastDay)) return [];
  const days = daysBetween(last - (BACK_DAYS - 1) * DAY_MS, last);
  const folded = await deps.dayLog.folded({ from: days[0] ?? lastDay, to: lastDay }, signal);
  const ends = await foldEach(
    days.filter((day) => day !== lastDay && !folded.has(day)),
    budget,
    deps,
    (day) => foldDay(day, undefined, deps, signal),
  );
  return ends.includes('out-of-time') ? ends : [...ends, await foldDay(lastDay, undefined, deps, signal)];
}

async function refoldChanged(lastDay: string, budget: Budget, deps: FoldDeps, signal: AbortSignal): Promise<End[]> {
  const changed = await deps.dayLog.changedDays(MAX_CHANGED, signal);
  return foldEach(
    changed.filter((day) => day <= lastDay),
    budget,
    deps,
    async (day) => {
      const seen = (await deps.dayLog.folded({ from: day, to: day }, signal)).get(day);
      return foldDay(day, seen, deps, signal);
    },
  );
}

async function foldEach(
  days: readonly string[],
  { endsAt }: Budget,
  { clock }: FoldDeps,
  fold: (day: string) => Promise<End>,
): Promise<End[]> {
  return inParallel(days, AT_ONCE, (day) => (clock.now() < endsAt ? fold(day) : Promise.resolve('out-of-time')));
}

/** The changes are read before the records: one that comes in between is not forgotten. */
async function foldDay(
  day: string,
  seen: string | undefined,
  { dayLog, clock }: FoldDeps,
  signal: AbortSignal,
): Promise<End> {
  const now = clock.now();
  const changes = await dayLog.changesOf(day, signal);
  const ages = changes.map(({ at }) => now - at);
  if (seen !== undefined && Math.min(...ages) < QUIET_MS && Math.max(...ages) < LONGEST_WAIT_MS) return 'too-soon';
  const folder = dayFolder();
  const start = Date.parse(day);
  await dayLog.records(
    start,
    start + DAY_MS,
    (page) => {
      for (const record of page) folder.add(record);
    },
    signal,
  );
  const taken = changes.filter(({ at }) => now - at >= QUIET_MS);
  return dayLog.store({ day, fold: folder.finish(), seen, taken }, signal);
}
