import type { Report } from '#shared/contracts/report.ts';
import type { DayFigures, Percentiles } from '#shared/domain/report/report.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { aBreach, aReport, aServiceFigures, REPORT_TO } from '#test/builders/report.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';

const DAY_MS = 86_400_000;
const DAYS = 90;

/** Ninety days with ten thousand rollbacks of two hundred services: good ones and bad ones, always the same. */
export function aQuarter(): Report {
  const days = Array.from({ length: DAYS }, (_, index) => day(index));
  const met = days.reduce((sum, { episodes }) => sum + episodes.met, 0);
  const missed = days.reduce((sum, { episodes }) => sum + episodes.missed, 0);
  const { hint, ...report } = aReport();
  const allowed = Math.floor((met + missed) / 100);
  const services = Array.from({ length: 50 }, (_, index) =>
    aServiceFigures({
      service: `service-${String(index + 1).padStart(3, '0')}`,
      alertToZero: percentiles(6000 + wave(index) * 4000),
    }),
  );
  const breaches = Array.from({ length: 100 }, (_, index) =>
    aBreach({
      rollbackId: `b${index}`,
      firedAt: new Date(REPORT_TO - index * 5_000_000).toISOString(),
      alertToZeroMs: 61_000 + index * 700,
    }),
  );
  return {
    ...report,
    window: {
      name: '90d',
      from: new Date(REPORT_TO - DAYS * DAY_MS).toISOString(),
      to: new Date(REPORT_TO).toISOString(),
    },
    days,
    total: {
      ...report.total,
      rollbacks: {
        total: 10_000,
        byOutcome: [
          { outcome: 'rolled-back', count: 9_812, reasons: [] },
          ...report.total.rollbacks.byOutcome.slice(1),
        ],
      },
      episodes: { ...report.total.episodes, met, missed },
      attainment: met / (met + missed),
      errorBudget: { allowed, spent: missed, left: allowed - missed },
      alertToZero: percentiles(8_000),
    },
    histogram: Array.from({ length: 36 }, (_, index) => ({
      fromMs: 1500 * 1.15 ** index,
      toMs: 1500 * 1.15 ** (index + 1),
      count: Math.round(1400 * Math.exp(-(((index - 12) / 6) ** 2)) + (index > 27 ? 6 : 0)),
    })),
    services: { listed: services, leftOut: 150 },
    breaches: { listed: breaches, leftOut: missed - 100 },
  };
}

/** So many records, a minute apart. */
export function manyRollbacks(count: number): RollbackRecord[] {
  const record = aRollbackRecord();
  return Array.from({ length: count }, (_, index) => ({
    ...record,
    id: `r${index}`,
    outcome: index % 9 === 4 ? ('failed' as const) : ('rolled-back' as const),
    reason: index % 9 === 4 ? ('forbidden' as const) : undefined,
    timeline: { ...record.timeline, receivedAt: REPORT_TO - index * 60_000 },
  }));
}

function day(index: number): DayFigures {
  const { days } = aReport();
  const quiet = index % 17 === 5;
  const episodes = Math.round(90 + 40 * wave(index));
  const missed = quiet ? 0 : index % 11 === 3 ? 4 : index % 5 === 0 ? 1 : 0;
  const met = quiet ? 0 : episodes - missed;
  return {
    day: new Date(REPORT_TO - (DAYS - index) * DAY_MS).toISOString().slice(0, 10),
    rollbacks: { total: met + missed, byOutcome: [] },
    episodes: { met, missed, open: 0, notCounted: 0, late: 0, clockSkewed: 0 },
    stages: days[0]?.stages ?? [],
    ...(quiet ? {} : { attainment: met / (met + missed), alertToZero: percentiles(8000 + 3000 * wave(index)) }),
  };
}

function wave(index: number): number {
  return Math.sin(index / 3) * 0.7 + Math.sin(index * 1.7) * 0.3;
}

/** About as far apart as they are in practice. */
export function percentiles(p50Ms: number): Percentiles {
  return {
    count: 110,
    meanMs: p50Ms * 1.2,
    p50Ms,
    p90Ms: p50Ms * 2.2,
    p95Ms: p50Ms * 3.4,
    p99Ms: p50Ms * 6,
    maxMs: p50Ms * 9,
  };
}
