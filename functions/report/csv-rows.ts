import type { Report } from '#shared/contracts/report.ts';
import type { Breach, DayFigures, Figures, OutcomeCount, Stage } from '#shared/domain/report/report.ts';

export type Cell = string | number | undefined;

/** What is added comes behind what there was: some read by place. */
export const COLUMNS = [
  ...(['about', 'from', 'to', 'day', 'cluster', 'namespace', 'service', 'rollbacks'] as const),
  ...(['met', 'missed', 'open', 'not_counted', 'late', 'clock_skewed', 'attainment', 'error_budget_left'] as const),
  ...(['measured', 'p50_ms', 'p90_ms', 'p95_ms', 'p99_ms', 'max_ms', 'notified_p50_ms'] as const),
  ...(['firing_to_received_mean_ms', 'received_to_targeted_mean_ms', 'targeted_to_zeroed_mean_ms'] as const),
  ...(['objective', 'target_ms', 'error_budget_allowed', 'mean_ms', 'notified', 'notified_mean_ms'] as const),
  ...(['notified_p90_ms', 'notified_p95_ms', 'notified_p99_ms', 'notified_max_ms'] as const),
  ...(['firing_to_received_share', 'received_to_targeted_share', 'targeted_to_zeroed_share'] as const),
  ...(['firing_to_received_p50_ms', 'received_to_targeted_p50_ms', 'targeted_to_zeroed_p50_ms'] as const),
  ...(['outcome', 'reason', 'rollback_id', 'canary', 'alert', 'fired_at', 'received_at'] as const),
  ...(['alert_to_zero_ms', 'slowest_stage', 'slowest_stage_ms', 'hint'] as const),
  ...(['services_left_out', 'breaches_left_out', 'late_left_out', 'skewed_left_out'] as const),
] as const;

/** What a row tells of stands in its column `about`. */
export type Row = { readonly [K in (typeof COLUMNS)[number]]?: Cell } & { readonly about: string };

/**
 * The whole report as rows: the window, the one before, each day and service, each outcome with each of its reasons, each
 * miss, what was late or had a clock ahead of ours, and the days that are in no figure.
 */
export function csvRows(report: Report): Row[] {
  const { window, before, total, objective, targetMs, hint, days, services, breaches, late, clockSkewed } = report;
  const leftOut = {
    services_left_out: services.leftOut,
    breaches_left_out: breaches.leftOut,
    late_left_out: late.leftOut,
    skewed_left_out: clockSkewed.leftOut,
  };
  const { from, to } = window;
  return [
    {
      about: 'window',
      from,
      to,
      objective,
      target_ms: targetMs,
      hint: hint?.message,
      ...leftOut,
      ...figureCells(total),
    },
    { about: 'before', from: before.from, to: before.to, ...figureCells(before.total) },
    ...days.map((one) => ({ about: 'day', day: one.day, ...figureCells(one) })),
    ...services.listed.map((one) => ({ about: 'service', ...keyCells(one), ...figureCells(one) })),
    ...total.rollbacks.byOutcome.flatMap(outcomeRows),
    ...breaches.listed.map((one) => breachRow('breach', one)),
    ...late.listed.map((one) => breachRow('late', one)),
    ...clockSkewed.listed.map((one) => breachRow('skewed', one)),
    ...report.missingDays.map((day) => ({ about: 'missing', day })),
  ];
}

function figureCells(figures: DayFigures | Figures): Partial<Row> {
  const { rollbacks, episodes, attainment, alertToZero, stages } = figures;
  const { met, missed, open, notCounted, late, clockSkewed } = episodes;
  const counts = { met, missed, open, not_counted: notCounted, late, clock_skewed: clockSkewed };
  const times = {
    measured: alertToZero?.count,
    mean_ms: alertToZero?.meanMs,
    p50_ms: alertToZero?.p50Ms,
    p90_ms: alertToZero?.p90Ms,
    p95_ms: alertToZero?.p95Ms,
    p99_ms: alertToZero?.p99Ms,
    max_ms: alertToZero?.maxMs,
  };
  const more = 'errorBudget' in figures ? windowCells(figures) : {};
  return { rollbacks: rollbacks.total, ...counts, attainment, ...times, ...stageCells(stages), ...more };
}

/** What is told of no single day. */
function windowCells({ errorBudget, alertToNotified: notified }: Figures): Partial<Row> {
  return {
    error_budget_allowed: errorBudget.allowed,
    error_budget_left: errorBudget.left,
    notified: notified?.count,
    notified_mean_ms: notified?.meanMs,
    notified_p50_ms: notified?.p50Ms,
    notified_p90_ms: notified?.p90Ms,
    notified_p95_ms: notified?.p95Ms,
    notified_p99_ms: notified?.p99Ms,
    notified_max_ms: notified?.maxMs,
  };
}

function stageCells(stages: Figures['stages']): Partial<Row> {
  const of = (name: Stage) => stages.find(({ stage }) => stage === name);
  const [waiting, finding, zeroing] = [of('firing-to-received'), of('received-to-targeted'), of('targeted-to-zeroed')];
  return {
    firing_to_received_mean_ms: waiting?.meanMs,
    received_to_targeted_mean_ms: finding?.meanMs,
    targeted_to_zeroed_mean_ms: zeroing?.meanMs,
    firing_to_received_share: waiting?.share,
    received_to_targeted_share: finding?.share,
    targeted_to_zeroed_share: zeroing?.share,
    firing_to_received_p50_ms: waiting?.p50Ms,
    received_to_targeted_p50_ms: finding?.p50Ms,
    targeted_to_zeroed_p50_ms: zeroing?.p50Ms,
  };
}

/** One for each reason, and one for those without: together they are all that had the outcome. */
function outcomeRows({ outcome, count, reasons }: OutcomeCount): Row[] {
  const without = reasons.reduce((rest, one) => rest - one.count, count);
  return [
    ...reasons.map((one) => ({ about: 'outcome', outcome, reason: one.reason, rollbacks: one.count })),
    ...(without > 0 ? [{ about: 'outcome', outcome, rollbacks: without }] : []),
  ];
}

function breachRow(about: 'breach' | 'late' | 'skewed', breach: Breach): Row {
  const { rollbackId, canary, alertName, outcome, reason, firedAt, receivedAt, targetMs, slowestStage } = breach;
  return {
    about,
    ...keyCells(breach),
    target_ms: targetMs,
    outcome,
    reason,
    rollback_id: rollbackId,
    canary,
    alert: alertName,
    fired_at: firedAt,
    received_at: receivedAt,
    alert_to_zero_ms: breach.alertToZeroMs,
    slowest_stage: slowestStage?.stage,
    slowest_stage_ms: slowestStage?.ms,
  };
}

function keyCells({ cluster, namespace, service }: Breach | Report['services']['listed'][number]): Partial<Row> {
  return { cluster, namespace, service };
}
