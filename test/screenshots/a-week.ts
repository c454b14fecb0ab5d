import type { Report } from '#shared/contracts/report.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { REPORT_TO } from '#test/builders/report.ts';
import { foldReport } from './fold-report.ts';
import { chance, rollbackOf, type Story, spread } from './some-rollbacks.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SERVICES = ['payment-svc', 'payment-svc', 'payment-svc', 'cart', 'cart', 'search', 'catalogue'];
/** How many rollbacks on each day, the newest day first: nobody deploys on a Sunday. */
const PER_DAY = [0, 9, 26, 31, 24, 22, 18, 0, 11, 33, 27, 29, 24, 21];

/** A week as teams have it: most of it good, one bad day, and Alertmanager holding what it sends since a new route. */
export function aWeek(): Report {
  return foldReport(weekOfRollbacks(), { window: '7d', now: REPORT_TO - 1 });
}

/** The newest first. */
export function weekOfRollbacks(): RollbackRecord[] {
  const chances = chance(7);
  const ordinary = PER_DAY.flatMap((count, age) =>
    Array.from({ length: count }, (_, index): Story => {
      const held = age < 7 ? 30_000 : 10_000;
      return {
        id: `week-${age}-${index}`,
        service: SERVICES[Math.floor(chances() * SERVICES.length)] ?? 'cart',
        at: REPORT_TO - age * DAY_MS - (5 + chances() * 14) * HOUR_MS,
        stages: [held + spread(1500, chances), spread(90, chances), spread(110, chances, 0.9)],
        weight: [5, 10, 25, 50][Math.floor(chances() * 4)] ?? 10,
        alert: chances() < 0.7 ? 'CanaryErrorRate' : 'CanaryLatencyP99',
      };
    }),
  );
  return [...ordinary, ...SPECIAL].map(rollbackOf).toSorted((a, b) => b.timeline.receivedAt - a.timeline.receivedAt);
}

const BAD_DAY = REPORT_TO - 4 * DAY_MS + 9 * HOUR_MS;
const SPECIAL: readonly Story[] = [
  { id: 'slow-cluster', service: 'cart', at: BAD_DAY, stages: [31_200, 340, 44_100], weight: 25 },
  { id: 'held-twice', service: 'payment-svc', at: BAD_DAY + HOUR_MS, stages: [65_000, 120, 280], weight: 50 },
  {
    id: 'refused',
    service: 'search',
    at: REPORT_TO - 2 * DAY_MS - 7 * HOUR_MS,
    stages: [30_800, 95],
    outcome: 'refused',
    reason: 'sole-destination',
    pages: true,
  },
  { id: 'late', service: 'catalogue', at: BAD_DAY + 2 * HOUR_MS, stages: [1_260_000, 130, 240] },
  { id: 'skewed', service: 'cart', at: REPORT_TO - 3 * DAY_MS - 6 * HOUR_MS, stages: [-2_400, 80, 150] },
  {
    id: 'again',
    service: 'cart',
    at: REPORT_TO - 3 * DAY_MS - 5 * HOUR_MS,
    stages: [30_400, 60],
    outcome: 'already-zero',
    reason: 'at-zero',
  },
];
