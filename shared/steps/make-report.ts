import {
  type Period,
  type ReportBuilder,
  type ReportQuestion,
  reportBuilder,
} from '#shared/domain/report/build-report.ts';
import { dayFolder } from '#shared/domain/report/fold-day.ts';
import type { Report } from '#shared/domain/report/report.ts';
import { DAY_MS, dayOf, daysBetween, startOfDay } from '#shared/domain/report/report-window.ts';
import type { DayLog } from '#shared/ports/day-log.ts';

/**
 * Days that are over and not folded yet are few, or empty: yesterday shortly after midnight, all of them before guard has
 * run for the first time. They are folded here, the newest first, until so many records were read.
 */
const MAX_UNFOLDED_RECORDS = 20_000;
const AT_ONCE = 8;

type Stretch = { readonly period: Period; readonly from: number; readonly to: number };

/**
 * The report on a window: whole days that are over as they are stored, and today, or a part of a day, from its records.
 * Throws StoreFault.
 */
export async function makeReport(question: ReportQuestion, dayLog: DayLog, signal: AbortSignal): Promise<Report> {
  const { range, now } = question;
  const builder = reportBuilder(question);
  const stretches: Stretch[] = [
    { period: 'window', from: range.from, to: range.to },
    { period: 'before', from: range.beforeFrom, to: range.from },
  ];
  const parts = stretches.flatMap(daysOf).filter(({ from }) => from < now);
  const whole = parts.filter(({ from, to }) => to - from === DAY_MS && to <= startOfDay(now));
  const unfolded = await addStored(builder, whole, dayLog, signal);
  const live = parts.filter((part) => !whole.includes(part));
  await Promise.all(live.map((part) => addLive(builder, part, dayLog, signal)));
  await addUnfolded(builder, unfolded.reverse(), dayLog, signal);
  return builder.finish();
}

/** One part for each day that it touches. */
function daysOf({ period, from, to }: Stretch): Stretch[] {
  return daysBetween(from, to).map((day) => {
    const start = Date.parse(day);
    return { period, from: Math.max(from, start), to: Math.min(to, start + DAY_MS) };
  });
}

/** Adds the days that are stored, and answers the others, the oldest first. */
async function addStored(
  builder: ReportBuilder,
  days: readonly Stretch[],
  dayLog: DayLog,
  signal: AbortSignal,
): Promise<Stretch[]> {
  const open = new Map(days.map((part) => [dayOf(part.from), part]));
  const names = [...open.keys()].sort((a, b) => (a < b ? -1 : 1));
  const [from, to] = [names[0], names.at(-1)];
  if (from === undefined || to === undefined) return [];
  await dayLog.read(
    { from, to },
    ({ day, cells, lists }) => {
      const part = open.get(day);
      if (!part) return;
      open.delete(day);
      for (const some of cells) builder.addPacked(part.period, day, some);
      if (part.period === 'window') builder.addLists(lists());
    },
    signal,
  );
  return names.flatMap((day) => open.get(day) ?? []);
}

async function addUnfolded(
  builder: ReportBuilder,
  days: readonly Stretch[],
  dayLog: DayLog,
  signal: AbortSignal,
): Promise<void> {
  let records = 0;
  for (let from = 0; from < days.length; from += AT_ONCE) {
    const some = days.slice(from, from + AT_ONCE);
    if (records > MAX_UNFOLDED_RECORDS) {
      for (const part of some) builder.miss(dayOf(part.from));
    } else {
      const read = await Promise.all(some.map((part) => addLive(builder, part, dayLog, signal)));
      records += read.reduce((sum, one) => sum + one, 0);
    }
  }
}

/** Answers how many records it was. */
async function addLive(
  builder: ReportBuilder,
  { period, from, to }: Stretch,
  dayLog: DayLog,
  signal: AbortSignal,
): Promise<number> {
  const folder = dayFolder();
  await dayLog.records(
    from,
    to,
    (page) => {
      for (const record of page) folder.add(record);
    },
    signal,
  );
  const fold = folder.finish();
  builder.addFold(period, dayOf(from), fold);
  return fold.records;
}
