import type { Report } from '#shared/contracts/report.ts';
import { quote } from '#shared/domain/command.ts';
import type { Breach, Figures, Listed, Percentiles } from '#shared/domain/report/report.ts';
import { alignTable, plain } from './align-table.ts';
import { seconds } from './seconds.ts';

const MAX_LINES = 10;

/** A report as a person reads it in a terminal. */
export function describeReport(report: Report): string {
  const { window, before, total, hint, missingDays } = report;
  const missed = `${missedCommand(report)} lists every miss`;
  const lines = [
    `Rollback SLA, ${window.from.slice(0, 16)}Z to ${window.to.slice(0, 16)}Z${filterWords(report)}`,
    '',
    ...alignTable(['', 'NOW', `BEFORE (from ${before.from.slice(0, 10)})`], comparison(report)),
    '',
    ...stageLines(total),
    ...(hint ? [hint.message, ''] : []),
    ...outcomeLines(total),
    ...section('Services', serviceLines(report), more(report.services, AS_JSON)),
    ...breachSection('Breaches', report.breaches, missed),
    ...breachSection('Late: first received more than 15 minutes after they fired', report.late, missed),
    ...breachSection('The alert’s clock is ahead of ours', report.clockSkewed, AS_JSON),
    ...(missingDays.length > 0 ? [`Not counted yet: ${missingDays.join(', ')}`, ''] : []),
  ];
  return lines.join('\n');
}

function filterWords({ filter }: Report): string {
  const words = Object.entries(filter).map(([name, value]) => `${name} ${plain(value ?? '')}`);
  return words.length > 0 ? `, ${words.join(', ')}` : '';
}

function comparison({ total, before, objective, targetMs }: Report): string[][] {
  const row = (name: string, of: (figures: Figures) => string) => [name, of(total), of(before.total)];
  const at = (of: (times: Percentiles) => number) => (figures: Figures) =>
    figures.alertToZero ? seconds(of(figures.alertToZero)) : '-';
  return [
    row(`Attainment (objective ${share(objective)} within ${seconds(targetMs)})`, ({ attainment }) =>
      share(attainment),
    ),
    row('Error budget left, episodes', ({ errorBudget }) => `${errorBudget.left} of ${errorBudget.allowed}`),
    row('Met, missed, open', ({ episodes: { met, missed, open } }) => `${met}, ${missed}, ${open}`),
    row('Rollbacks recorded', ({ rollbacks }) => String(rollbacks.total)),
    row(
      'Alert to zero p50',
      at(({ p50Ms }) => p50Ms),
    ),
    row(
      '  p90',
      at(({ p90Ms }) => p90Ms),
    ),
    row(
      '  p95',
      at(({ p95Ms }) => p95Ms),
    ),
    row(
      '  p99',
      at(({ p99Ms }) => p99Ms),
    ),
    row(
      '  max',
      at(({ maxMs }) => maxMs),
    ),
    row('Alert to notified p50', ({ alertToNotified }) => (alertToNotified ? seconds(alertToNotified.p50Ms) : '-')),
  ];
}

function stageLines({ stages }: Figures): string[] {
  if (stages.length === 0) return [];
  const rows = stages.map(({ stage, share: part, meanMs, p50Ms }) => [
    stage.replaceAll('-', ' '),
    share(part),
    seconds(meanMs),
    seconds(p50Ms),
  ]);
  return [...alignTable(['WHERE THE TIME WENT', 'SHARE', 'MEAN', 'P50'], rows), ''];
}

function outcomeLines({ rollbacks: { byOutcome } }: Figures): string[] {
  if (byOutcome.length === 0) return [];
  const rows = byOutcome.map(({ outcome, count, reasons }) => [
    outcome,
    String(count),
    reasons.map((one) => `${one.reason} ${one.count}`).join(', ') || '-',
  ]);
  return [...alignTable(['OUTCOME', 'COUNT', 'REASONS'], rows), ''];
}

function serviceLines({ services }: Report): string[] {
  const rows = services.listed
    .slice(0, MAX_LINES)
    .map(({ cluster, namespace, service, episodes, attainment, alertToZero }) => [
      `${cluster} ${namespace}/${service}`,
      share(attainment),
      `${episodes.met}, ${episodes.missed}, ${episodes.open}`,
      alertToZero ? seconds(alertToZero.p50Ms) : '-',
      alertToZero ? seconds(alertToZero.p99Ms) : '-',
    ]);
  return rows.length === 0 ? [] : alignTable(['SERVICE', 'ATTAINMENT', 'MET, MISSED, OPEN', 'P50', 'P99'], rows);
}

function breachSection(title: string, all: Listed<Breach>, others: string): string[] {
  const rows = all.listed
    .slice(0, MAX_LINES)
    .map(({ receivedAt, cluster, canary, outcome, reason, alertToZeroMs, slowestStage, rollbackId }) => [
      receivedAt.replace(/\.\d+Z$/, 'Z'),
      reason ? `${outcome}: ${reason}` : outcome,
      alertToZeroMs === undefined ? 'not at zero' : seconds(alertToZeroMs),
      slowestStage ? `${slowestStage.stage.replaceAll('-', ' ')} ${seconds(slowestStage.ms)}` : '-',
      cluster,
      canary,
      rollbackId,
    ]);
  const head = ['RECEIVED', 'OUTCOME', 'TO ZERO', 'SLOWEST', 'CLUSTER', 'CANARY', 'ID'];
  return section(title, rows.length === 0 ? [] : alignTable(head, rows), more(all, others));
}

/** Nothing where there is nothing; else the lines, and how many more there are. */
function section(title: string, lines: readonly string[], others: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines, ...others, ''];
}

const AS_JSON = '--json lists them, as many as the answer holds';

/** Those that are not printed, and what shows them. */
function more({ listed, leftOut }: Listed<unknown>, shows: string): string[] {
  const count = leftOut + Math.max(0, listed.length - MAX_LINES);
  return count > 0 ? [`and ${count} more: ${shows}`] : [];
}

function missedCommand({ window: { from, to }, filter }: Report): string {
  const chosen = Object.entries({ from, to, ...filter }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${quote(plain(value))}`],
  );
  return `weightless list --missed --limit 999 ${chosen.join(' ')}`;
}

function share(of: number | undefined): string {
  return of === undefined ? '-' : `${Number((of * 100).toFixed(2))} %`;
}
