import { DAY_MS, SETTLED_AFTER_MS, startOfDay } from './report-window.ts';

/** In the order of `getUTCDay`. */
export const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** When people are told of the week before: at that hour of that day, UTC. */
export type WeeklySchedule = { readonly day: Weekday; readonly hour: number };

/** Seven days of UTC that are over; epoch ms, `to` is no longer in it. */
export type Week = { readonly from: number; readonly to: number; readonly dueAt: number };

export const WEEK_MS = 7 * DAY_MS;
const HOUR_MS = 60 * 60_000;

/** The last week whose report is due: the seven days before that day of the schedule whose hour came last. */
export function weekDue({ day, hour }: WeeklySchedule, now: number): Week {
  // The first hour is ten minutes late: the day before must have been settled.
  const afterMidnight = Math.max(hour * HOUR_MS, SETTLED_AFTER_MS);
  const last = startOfDay(now - afterMidnight);
  const since = (new Date(last).getUTCDay() - WEEKDAYS.indexOf(day) + 7) % 7;
  const to = last - since * DAY_MS;
  return { from: to - WEEK_MS, to, dueAt: to + afterMidnight };
}
