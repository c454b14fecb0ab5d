import type { Report } from '#shared/contracts/report.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { REPORT_TO } from '#test/builders/report.ts';
import { foldReport } from './fold-report.ts';
import { chance, rollbackOf, type Story, spread } from './some-rollbacks.ts';

const DAY_MS = 86_400_000;
const DAYS = 90;

/** Ninety days with so many rollbacks of so many services, and the ninety before; quiet days and bad ones among them. */
export function aQuarter(rollbacks = 10_000, services = 200): Report {
  return foldReport(quarterOfRollbacks(rollbacks, services), { window: '90d', now: REPORT_TO - 1 });
}

/** Twice as many as the window has: the one before is as long. The newest first. */
export function quarterOfRollbacks(count: number, services: number): RollbackRecord[] {
  const chances = chance(90);
  return Array.from({ length: 2 * count }, (_, index): Story => {
    const age = Math.floor((index * DAYS) / count);
    const quiet = age % 17 === 5;
    const bad = age % 23 === 11;
    const missing = chances() < (bad ? 0.06 : 0.004);
    const slow = spread(missing ? 80_000 : 140, chances, missing ? 0.2 : 0.8);
    return {
      id: `quarter-${index}`,
      service: `service-${String(1 + Math.floor(services * chances() ** 1.7)).padStart(3, '0')}`,
      at: REPORT_TO - (age + (quiet ? 1.2 : 0.2) + 0.6 * chances()) * DAY_MS,
      stages: [spread(6000 + 2500 * Math.sin(age / 6), chances, 0.7), spread(90, chances), slow],
      ...(chances() < 0.002 ? { outcome: 'failed', reason: 'forbidden', stages: [6000, 90] } : {}),
    };
  })
    .map(rollbackOf)
    .toSorted((a, b) => b.timeline.receivedAt - a.timeline.receivedAt);
}
