import type { Report } from '#shared/contracts/report.ts';
import type { Figures } from '#shared/domain/report/report.ts';
import { aBreach, aReport, aServiceFigures, REPORT_TO } from '#test/builders/report.ts';
import { percentiles } from './a-quarter.ts';

const MISSED = [0, 0, 0, 2, 0, 1, 0];
const COUNTED = 23;

/** A week as teams have it: most of it good, one bad day, and Alertmanager holding what it sends. */
export function aWeek(): Report {
  const report = aReport();
  const days = report.days.map((day, index) => {
    const missed = MISSED[index] ?? 0;
    const quiet = day.attainment === undefined;
    return quiet ? day : { ...day, episodes: { ...day.episodes, met: COUNTED - missed, missed } };
  });
  const met = days.reduce((sum, { episodes }) => sum + episodes.met, 0);
  const fired = REPORT_TO - 190_000_000;
  const { alertToZeroMs, slowestStage, ...untaken } = aBreach();
  return {
    ...report,
    days,
    total: figures(report.total, met, 3),
    before: { ...report.before, total: { ...figures(report.total, 171, 1), alertToZero: percentiles(24_000) } },
    services: {
      listed: [
        aServiceFigures({ ...figures(report.total, 88, 2), alertToZero: percentiles(31_000) }),
        aServiceFigures({ ...figures(report.total, 47, 1), service: 'cart', alertToZero: percentiles(12_000) }),
      ],
      leftOut: 0,
    },
    breaches: {
      listed: [
        aBreach({ firedAt: iso(fired), receivedAt: iso(fired + 65_000) }),
        {
          ...untaken,
          rollbackId: 'b2',
          service: 'cart',
          canary: 'cart.production.svc.cluster.local/v7',
          outcome: 'refused',
          reason: 'sole-destination',
        },
      ],
      leftOut: 0,
    },
    late: {
      listed: [aBreach({ rollbackId: 'b3', firedAt: iso(fired), receivedAt: iso(fired + 1_260_000) })],
      leftOut: 0,
    },
    clockSkewed: { listed: [], leftOut: 0 },
  };
}

function figures(of: Figures, met: number, missed: number): Figures {
  return {
    ...of,
    ...(of.alertToZero ? { alertToZero: { ...of.alertToZero, count: met + missed - 2 } } : {}),
    episodes: { ...of.episodes, met, missed },
    attainment: met / (met + missed),
    errorBudget: { allowed: 1, spent: missed, left: 1 - missed },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
