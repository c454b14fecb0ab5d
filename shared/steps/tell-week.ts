import type { Settings } from '#shared/contracts/settings.ts';
import { dayOf } from '#shared/domain/report/report-window.ts';
import { WEEK_MS, type Week, type WeeklySchedule, weekDue } from '#shared/domain/report/weekly.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { DayLog } from '#shared/ports/day-log.ts';
import type { WeekLog } from '#shared/ports/week-log.ts';
import { buildReportEvent } from './build-report-event.ts';
import { makeReport } from './make-report.ts';

export type WeekDeps = { readonly dayLog: DayLog; readonly weekLog: WeekLog; readonly clock: Clock };

/** When people are told how a week went, and by what it is judged. */
export type WeekPolicy = {
  readonly weekly: 'off' | WeeklySchedule;
  readonly objective: number;
  readonly targetMs: number;
  /** Where the report is. */
  readonly pageUrl?: string | undefined;
};

/**
 * `begun`: the first run of all notes the week that is over, which it does not tell of: the service was not there.
 * `waits`: days of it are not folded yet. `lost`: another run told of it at the same time.
 */
export type WeekRun = 'off' | 'not-due' | 'begun' | 'waits' | 'told' | 'lost';

/** So long the report waits for days that are to be folded; then it names those that it lacks. */
const WAIT_FOR_DAYS_MS = 60 * 60_000;

type WeekSettings = Pick<Settings, 'report' | 'slaObjective' | 'sla' | 'notify'>;

/** `pageUrl`: where the settings do not say. */
export function weekPolicyOf({ report, slaObjective, sla, notify }: WeekSettings, pageUrl?: string): WeekPolicy {
  return { weekly: report.weekly, objective: slaObjective, targetMs: sla, pageUrl: notify.pageUrl ?? pageUrl };
}

/**
 * Writes the event that tells of the last week, once its hour has come: one a week, however many runs there are, and as
 * soon as there is one where there was none at that hour. Throws StoreFault.
 */
export async function tellWeek(policy: WeekPolicy, deps: WeekDeps, signal: AbortSignal): Promise<WeekRun> {
  const { weekLog, clock } = deps;
  if (policy.weekly === 'off') return 'off';
  const seen = await weekLog.last(signal);
  if (seen === undefined) return begin(policy.weekly, deps, signal);
  const week = weekDue(policy.weekly, clock.now());
  const to = dayOf(week.to);
  if (seen >= to) return 'not-due';
  const report = await reportOn(week, policy, deps, signal);
  const now = clock.now();
  if (report.missingDays.length > 0 && now - week.dueAt < WAIT_FOR_DAYS_MS) return 'waits';
  const event = buildReportEvent(report, now, policy.pageUrl);
  return (await weekLog.note({ to, seen, event }, signal)) === 'written' ? 'told' : 'lost';
}

/** Whatever is over is not told of, also where its hour is still to come. */
async function begin(weekly: WeeklySchedule, { weekLog, clock }: WeekDeps, signal: AbortSignal): Promise<WeekRun> {
  const over = weekDue({ ...weekly, hour: 0 }, clock.now());
  return (await weekLog.note({ to: dayOf(over.to), seen: undefined }, signal)) === 'written' ? 'begun' : 'lost';
}

/** What the page of just these days shows. */
function reportOn({ from, to }: Week, { objective, targetMs }: WeekPolicy, deps: WeekDeps, signal: AbortSignal) {
  const range = { name: 'custom', from, to, beforeFrom: from - WEEK_MS } as const;
  return makeReport({ range, filter: {}, objective, targetMs, now: deps.clock.now() }, deps.dayLog, signal);
}
