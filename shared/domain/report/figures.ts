import { isBetter, OUTCOMES, type Outcome, REASONS, type Reason } from '../outcome.ts';
import { binOf, type Histogram, percentile, percentiles, startOf } from './histogram.ts';
import type { StageFigures } from './report.ts';
import { type Bin, type ErrorBudget, type Figures, type OutcomeCount, type Percentiles, STAGES } from './report.ts';
import type { Tally } from './tally.ts';

/** What a reader is told of what was counted. */
export function figuresOf(tally: Tally, objective: number): Figures {
  const { met, missed } = tally.episodes;
  const alertToZero = percentilesOf(tally.alertToZero);
  const alertToNotified = percentilesOf(tally.alertToNotified);
  return {
    rollbacks: rollbacksOf(tally.rollbacks),
    episodes: { ...tally.episodes },
    ...(met + missed > 0 ? { attainment: met / (met + missed) } : {}),
    errorBudget: budgetOf(met + missed, missed, objective),
    ...(alertToZero ? { alertToZero } : {}),
    ...(alertToNotified ? { alertToNotified } : {}),
    stages: stagesOf(tally),
  };
}

/** The objective is met as long as no more than these miss: 0.99 of 200 leaves 2, whatever a double makes of it. */
function budgetOf(counted: number, missed: number, objective: number): ErrorBudget {
  const allowed = Math.floor(counted * (1 - objective) + 1e-6);
  return { allowed, spent: missed, left: allowed - missed };
}

function percentilesOf(histogram: Histogram): Percentiles | undefined {
  if (histogram.count === 0) return undefined;
  const [p50Ms = 0, p90Ms = 0, p95Ms = 0, p99Ms = 0] = percentiles(histogram, [0.5, 0.9, 0.95, 0.99]);
  const meanMs = Math.round(histogram.sumMs / histogram.count);
  return { count: histogram.count, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, maxMs: histogram.maxMs };
}

function stagesOf({ stages }: Tally): StageFigures[] {
  const total = STAGES.reduce((sum, stage) => sum + stages[stage].sumMs, 0);
  return STAGES.flatMap((stage) => {
    const histogram = stages[stage];
    if (histogram.count === 0) return [];
    const share = total > 0 ? histogram.sumMs / total : 0;
    const meanMs = Math.round(histogram.sumMs / histogram.count);
    return [{ stage, share, meanMs, p50Ms: percentile(histogram, 0.5) ?? 0 }];
  });
}

function rollbacksOf(kinds: ReadonlyMap<string, number>): Figures['rollbacks'] {
  const byOutcome = new Map<Outcome, { count: number; readonly reasons: { reason: Reason; count: number }[] }>();
  let total = 0;
  for (const [kind, count] of kinds) {
    const [name, why] = kind.split(':');
    const outcome = OUTCOMES.find((known) => known === name);
    // One that a newer version wrote is in the total.
    total += count;
    if (!outcome) continue;
    const of = byOutcome.get(outcome) ?? { count: 0, reasons: [] };
    of.count += count;
    if (isReason(why)) of.reasons.push({ reason: why, count });
    byOutcome.set(outcome, of);
  }
  const counts = [...byOutcome].map(([outcome, { count, reasons }]): OutcomeCount => {
    return { outcome, count, reasons: reasons.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)) };
  });
  return { total, byOutcome: counts.sort(bestFirst) };
}

function isReason(text: string | undefined): text is Reason {
  return text !== undefined && Object.hasOwn(REASONS, text);
}

function bestFirst({ outcome: a }: OutcomeCount, { outcome: b }: OutcomeCount): number {
  if (isBetter(a, b)) return -1;
  return isBetter(b, a) ? 1 : OUTCOMES.indexOf(a) - OUTCOMES.indexOf(b);
}

/** So many of the histogram's bins make one that is drawn: the fewest with which no more are drawn than can be told apart. */
const TOGETHER = [2, 5, 10, 20, 40];
const MAX_DRAWN = 40;

/**
 * The histogram in bins wide enough to be drawn, from the first that holds anything to the last. One of them begins where
 * the target ends, at most 2 % after it, so that a bar is of those in time or of those that were not.
 */
export function drawnBins({ bins }: Histogram, targetMs: number): Bin[] {
  const filled = bins.findIndex((count) => count > 0);
  if (filled < 0) return [];
  const together = TOGETHER.find((wide) => bins.length - filled <= wide * (MAX_DRAWN - 1)) ?? 80;
  const edge = binOf(targetMs) + 1;
  const start = edge - Math.ceil((edge - filled) / together) * together;
  const wide = Array.from({ length: Math.ceil((bins.length - start) / together) }, (_, index): Bin => {
    const [first, end] = [Math.max(0, start + index * together), start + (index + 1) * together];
    const count = bins.slice(first, end).reduce((sum, one) => sum + one, 0);
    return { fromMs: Math.round(startOf(first)), toMs: Math.round(startOf(end)), count };
  });
  return wide;
}
