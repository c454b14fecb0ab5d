import { clip, oneLine } from './clip.ts';
import type { Fact, ReportFigures, ReportNotice } from './notice.ts';
import { seconds } from './seconds.ts';

/** `2026-03-02 to 2026-03-08`: both days are in it. */
export function weekOf({ window: { first, last } }: ReportNotice): string {
  return oneLine(`${clip(first, 40)} to ${clip(last, 40)}`);
}

/** How the week went, in one line. */
export function reportHeadline(notice: ReportNotice): string {
  return oneLine(`Rollback SLA, ${weekOf(notice)}: ${resultOf(notice)}`);
}

/** Whether the objective was missed; not where there was nothing to count. */
export function isMissed({ total: { attainment }, objective }: ReportNotice): boolean {
  return attainment !== undefined && attainment < objective;
}

function resultOf(notice: ReportNotice): string {
  const { total, objective, missingDays } = notice;
  if (total.attainment !== undefined) {
    const judged = isMissed(notice) ? 'MISSED' : 'met';
    return `${percent(total.attainment)} of ${episodes(countedIn(total))} in time, objective ${percent(objective)} ${judged}`;
  }
  if (total.rollbacks > 0) return 'nothing that counts';
  return missingDays.length > 0 ? 'not known' : 'no rollback was asked for';
}

/** The figures that a week is judged by, each with that of the week before. Nothing where nothing was recorded. */
export function reportFacts(notice: ReportNotice): Fact[] {
  const facts = notice.total.rollbacks > 0 ? figuresOf(notice) : [];
  return [...facts, ...missingOf(notice)].map(({ name, value }) => ({ name, value: clip(oneLine(value), 300) }));
}

function figuresOf({ total, before, objective, targetMs, stage }: ReportNotice): Fact[] {
  return [
    {
      name: 'Attainment',
      value: `${share(total)}, the objective is ${percent(objective)} within ${seconds(targetMs)}${than(share(before))}`,
    },
    { name: 'Error budget', value: budgetOf(total) },
    {
      name: 'Episodes',
      value: `${countedIn(total)} counted, ${total.open} open, ${total.notCounted} not counted${than(countedIn(before))}`,
    },
    { name: 'Breaches', value: `${total.missed}${lateOf(total)}${than(before.missed)}` },
    { name: 'Alert to zero', value: `${timesOf(total)}${than(timesOf(before))}` },
    ...(stage
      ? [
          {
            name: 'Most of the time',
            value: `${stage.name.replaceAll('-', ' ')}: ${percent(stage.share)} of it, p50 ${seconds(stage.p50Ms)}`,
          },
        ]
      : []),
  ];
}

function than(before: string | number): string {
  return `; the week before: ${before}`;
}

function share({ attainment }: ReportFigures): string {
  return attainment === undefined ? 'nothing to count' : percent(attainment);
}

function countedIn({ met, missed }: ReportFigures): number {
  return met + missed;
}

function episodes(count: number): string {
  return count === 1 ? '1 episode' : `${count} episodes`;
}

function lateOf({ late }: ReportFigures): string {
  return late > 0 ? `, ${late} of them heard of more than 15 minutes late` : '';
}

function budgetOf({ budget: { allowed, left } }: ReportFigures): string {
  return left < 0
    ? `used up: ${-left} more missed than the ${allowed} allowed`
    : `${left} of ${episodes(allowed)} left`;
}

function timesOf({ times }: ReportFigures): string {
  return times ? `p50 ${seconds(times.p50Ms)}, p95 ${seconds(times.p95Ms)}` : 'not measured';
}

function missingOf({ missingDays }: ReportNotice): Fact[] {
  return missingDays.length > 0 ? [{ name: 'Not in these figures', value: missingDays.join(', ') }] : [];
}

/** Never rounded up: 98.999 % misses 99 %. */
function percent(of: number): string {
  return `${Number((Math.floor(of * 10_000 + 1e-6) / 100).toFixed(2))} %`;
}
