import type { Report } from '#shared/contracts/report.ts';
import type { Breach, DayFigures, Figures, Percentiles, ServiceFigures } from '#shared/domain/report/report.ts';

const DAY_MS = 86_400_000;
/** 2026-03-09T00:00:00.000Z: the end of the week that these reports are about. */
export const REPORT_TO = Date.UTC(2026, 2, 9);

/** A week with two services, one breach of each kind, and Alertmanager holding what it sends. */
export function aReport(overrides: Partial<Report> = {}): Report {
  return {
    window: { name: '7d', from: iso(REPORT_TO - 7 * DAY_MS), to: iso(REPORT_TO) },
    filter: {},
    generatedAt: iso(REPORT_TO),
    objective: 0.99,
    targetMs: 60_000,
    total: figures(),
    before: { from: iso(REPORT_TO - 14 * DAY_MS), to: iso(REPORT_TO - 7 * DAY_MS), total: figures() },
    services: {
      listed: [
        aServiceFigures(),
        aServiceFigures({ service: 'cart', alertToZero: percentiles(9_000), attainment: 0.5 }),
        aServiceFigures({ service: '-', namespace: '-', alertToZero: undefined, stages: [] }),
      ],
      leftOut: 2,
    },
    days: Array.from({ length: 7 }, (_, index) => aDayFigures(index)),
    histogram: Array.from({ length: 12 }, (_, index) => ({
      fromMs: 1000 * 1.5 ** index,
      toMs: 1000 * 1.5 ** (index + 1),
      count: [0, 1, 4, 9, 14, 22, 31, 40, 25, 9, 2, 1][index] ?? 0,
    })),
    hint: {
      kind: 'group-wait',
      heldMs: 30_000,
      message: 'Alertmanager held these alerts for 30 s: set group_wait: 0s on their route',
    },
    breaches: {
      listed: [aBreach(), aBreach({ rollbackId: 'b2', outcome: 'refused', reason: 'sole-destination' })],
      leftOut: 3,
    },
    late: { listed: [aBreach({ rollbackId: 'b3', receivedAt: iso(REPORT_TO - DAY_MS + 1_200_000) })], leftOut: 0 },
    clockSkewed: { listed: [aBreach({ rollbackId: 'b4', alertToZeroMs: -2_500 })], leftOut: 0 },
    missingDays: [],
    ...overrides,
  };
}

/** A report of a week in which nothing happened. */
export function anEmptyReport(overrides: Partial<Report> = {}): Report {
  const none = figuresOfNothing();
  const { days, hint, before, ...report } = aReport();
  const empty = { listed: [], leftOut: 0 };
  return {
    ...report,
    total: none,
    before: { ...before, total: none },
    services: empty,
    days: days.map(({ day }) => ({ day, rollbacks: none.rollbacks, episodes: none.episodes, stages: [] })),
    histogram: [],
    breaches: empty,
    late: empty,
    clockSkewed: empty,
    ...overrides,
  };
}

export function aServiceFigures(overrides: Partial<ServiceFigures> = {}): ServiceFigures {
  return { cluster: 'production-eu', namespace: 'production', service: 'payment-svc', ...figures(), ...overrides };
}

export function aBreach(overrides: Partial<Breach> = {}): Breach {
  return {
    rollbackId: 'a1b2c3',
    cluster: 'production-eu',
    namespace: 'production',
    service: 'payment-svc',
    canary: 'payment-svc.production.svc.cluster.local/v2',
    alertName: 'CanaryErrorRate',
    outcome: 'rolled-back',
    firedAt: iso(REPORT_TO - DAY_MS),
    receivedAt: iso(REPORT_TO - DAY_MS + 65_000),
    targetMs: 60_000,
    alertToZeroMs: 65_400,
    slowestStage: { stage: 'firing-to-received', ms: 65_000 },
    ...overrides,
  };
}

function aDayFigures(index: number): DayFigures {
  const { rollbacks, episodes, stages } = index === 2 ? figuresOfNothing() : figures();
  const measured = index === 2 ? {} : { attainment: 1 - index / 100, alertToZero: percentiles(30_000 + index * 1500) };
  return { day: iso(REPORT_TO - (7 - index) * DAY_MS).slice(0, 10), rollbacks, episodes, stages, ...measured };
}

function figures(): Figures {
  return {
    rollbacks: {
      total: 172,
      byOutcome: [
        { outcome: 'rolled-back', count: 158, reasons: [] },
        { outcome: 'already-zero', count: 8, reasons: [{ reason: 'at-zero', count: 8 }] },
        { outcome: 'refused', count: 4, reasons: [{ reason: 'sole-destination', count: 4 }] },
        { outcome: 'suggested', count: 2, reasons: [{ reason: 'mode-suggest', count: 2 }] },
      ],
    },
    episodes: { met: 156, missed: 6, open: 0, notCounted: 2, late: 1, clockSkewed: 1 },
    attainment: 156 / 162,
    errorBudget: { allowed: 1, spent: 6, left: -5 },
    alertToZero: percentiles(31_000),
    alertToNotified: percentiles(33_000),
    stages: [
      { stage: 'firing-to-received', share: 0.96, meanMs: 30_100, p50Ms: 30_000 },
      { stage: 'received-to-targeted', share: 0.01, meanMs: 300, p50Ms: 210 },
      { stage: 'targeted-to-zeroed', share: 0.03, meanMs: 940, p50Ms: 620 },
    ],
  };
}

function figuresOfNothing(): Figures {
  return {
    rollbacks: { total: 0, byOutcome: [] },
    episodes: { met: 0, missed: 0, open: 0, notCounted: 0, late: 0, clockSkewed: 0 },
    errorBudget: { allowed: 0, spent: 0, left: 0 },
    stages: [],
  };
}

function percentiles(p50Ms: number): Percentiles {
  return {
    count: 158,
    meanMs: p50Ms * 1.05,
    p50Ms,
    p90Ms: p50Ms * 1.3,
    p95Ms: p50Ms * 1.5,
    p99Ms: p50Ms * 2,
    maxMs: p50Ms * 2.1,
  };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
