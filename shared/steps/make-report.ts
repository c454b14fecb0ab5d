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
 * Days that are over and not folded yet are few: yesterday shortly after midnight. So many are folded here, the rest is
 * told as missing.
 */
const MAX_FOLDED_HERE = 3;

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
  // The newest: what is older has had its time to be folded.
  const here = unfolded.slice(-MAX_FOLDED_HERE);
  for (const part of unfolded.filter((one) => !here.includes(one))) builder.miss(dayOf(part.from));
  await Promise.all([...live, ...here].map((part) => addLive(builder, part, dayLog, signal)));
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
      if (part.period === 'window') builder.addLists(lists);
    },
    signal,
  );
  return names.flatMap((day) => open.get(day) ?? []);
}

async function addLive(
  builder: ReportBuilder,
  { period, from, to }: Stretch,
  dayLog: DayLog,
  signal: AbortSignal,
): Promise<void> {
  const folder = dayFolder();
  await dayLog.records(
    from,
    to,
    (page) => {
      for (const record of page) folder.add(record);
    },
    signal,
  );
  builder.addFold(period, dayOf(from), folder.finish());
}
