import { reportPage } from '#functions/report/pages/report-page.ts';
import { rollbackPage } from '#functions/report/pages/rollback-page.ts';
import type { Report } from '#shared/domain/report/report.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { anEmptyReport, REPORT_TO } from '#test/builders/report.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { aQuarter, quarterOfRollbacks } from './a-quarter.ts';
import { aWeek, weekOfRollbacks } from './a-week.ts';
import { foldReport } from './fold-report.ts';
import { hostileRecord, hostileReport, longRecord, longReport } from './hostile.ts';
import { rollbackOf } from './some-rollbacks.ts';

/** Each page in the states that people meet it in, as markup by name. */
export function pageStates(): Record<string, string> {
  const now = REPORT_TO;
  return {
    report: reportPage(aWeek(), weekOfRollbacks().slice(0, 8), now).markup,
    'report-quarter': reportPage(aQuarter(), quarterOfRollbacks(25, 200), now).markup,
    'report-breaches': reportPage(onlyBreaches(), [refusedRecord()], now).markup,
    'report-one': reportPage(foldReport([rolledBackRecord()], { window: '7d', now: now - 1 }), [], now).markup,
    'report-empty': reportPage(anEmptyReport(), [], now).markup,
    'report-hostile': reportPage(hostileReport(), [hostileRecord()], now).markup,
    'report-long': reportPage(longReport(), [longRecord()], now).markup,
    ...Object.fromEntries(
      Object.entries(rollbackStates()).map(([name, record]) => [name, rollbackPage(record, now).markup]),
    ),
    'rollback-context': rollbackPage(rolledBackRecord(), now, 'prod-eu').markup,
  };
}

/** A rollback of each outcome, and of each end that it may take. */
function rollbackStates(): Record<string, RollbackRecord> {
  const rolledBack = rolledBackRecord();
  const refused = refusedRecord();
  const { firedAt } = rolledBack.timeline;
  const { zeroedAt, ...untaken } = rolledBack.timeline;
  const { alertToZeroMs, met, ...open } = rolledBack.sla;
  return {
    rollback: rolledBack,
    'rollback-by-hand': { ...rolledBack, requestedBy: { name: 'alice', reason: 'v2 fails' } },
    'rollback-suggested': aRollbackRecord({
      requestedBy: undefined,
      supersededBy: undefined,
      slaBreachedAt: undefined,
    }),
    'rollback-refused': refused,
    'rollback-unknown': unknownRecord(),
    'rollback-failed': {
      ...refused,
      outcome: 'failed',
      reason: 'forbidden',
      message: 'The API server of production-eu does not let us patch production/payment-svc (403).',
    },
    'rollback-pending': {
      ...refused,
      outcome: 'pending',
      reason: 'cluster-unreachable',
      message: 'The API server of production-eu did not answer; guard goes on trying each minute.',
      residual: 'unknown',
      slaBreachedAt: undefined,
      sla: { ...open, count: 'open' },
    },
    'rollback-already-zero': {
      ...rolledBack,
      outcome: 'already-zero',
      reason: 'at-zero',
      message: 'The canary of production/payment-svc was at weight 0 already: nothing was written.',
      weights: [],
      residual: [],
      history: [],
      timeline: untaken,
      sla: { ...open, count: 'not-counted' },
      episode: { id: 'week-1', firedAt: firedAt - 60_000 },
    },
    'rollback-restored': {
      ...rolledBack,
      history: [
        ...rolledBack.history,
        {
          kind: 'restored',
          at: firedAt + 3_600_000,
          virtualService: 'production/payment-svc',
          by: 'alice',
          why: 'v2 was not at fault',
        },
      ],
    },
    'rollback-improved': {
      ...rolledBack,
      slaBreachedAt: firedAt + 60_000,
      timeline: {
        ...untaken,
        targetedAt: firedAt + 95_000,
        zeroedAt: firedAt + 95_300,
        recordedAt: firedAt + 95_320,
        verifiedAt: undefined,
      },
      sla: { ...rolledBack.sla, alertToZeroMs: 95_300, met: false, count: 'missed' },
      history: [
        { kind: 'improved', at: firedAt + 95_300, from: { outcome: 'pending', reason: 'cluster-unreachable' } },
        { kind: 'unverified', at: firedAt + 155_000, requestsPerSecond: 3.5 },
      ],
    },
    'rollback-hostile': hostileRecord(),
    'rollback-long': longRecord(),
  };
}

/** A day on which nothing came to zero in time. */
function onlyBreaches(): Report {
  const refused = Array.from({ length: 30 }, (_, index) => {
    const at = REPORT_TO - 7_200_000 - index * 180_000;
    const story = { id: `miss-${index}`, service: `service-${index % 3}`, at, stages: [31_000, 90] } as const;
    return index % 3 === 0
      ? rollbackOf({ ...story, stages: [31_000, 90, 40_000 + index * 1000] })
      : rollbackOf({ ...story, outcome: 'refused', reason: 'sole-destination' });
  });
  return foldReport(refused, { window: '7d', now: REPORT_TO - 1 });
}

const ROLLED_BACK = '3f9a1c5e77d04b2a9c1e8f60d2b7a4450e91c3ab68d7f2104c5be9a1d03f7e62';

export function rolledBackRecord(): RollbackRecord {
  const { supersededBy, slaBreachedAt, reason, requestedBy, ...record } = aRollbackRecord();
  const { firedAt } = record.timeline;
  return {
    ...record,
    id: ROLLED_BACK,
    outcome: 'rolled-back',
    message: 'The canary of production/payment-svc is at weight 0; stable has all of it.',
    commands: [],
    alert: {
      ...record.alert,
      annotations: { summary: 'v2 fails', runbook_url: 'https://runbooks.example.com/canary-error-rate' },
    },
    episode: { id: ROLLED_BACK, firedAt },
    history: [
      { kind: 'reverted', at: firedAt + 95_000, number: 1, by: 'argocd-controller', pages: false },
      { kind: 'reasserted', at: firedAt + 95_400, number: 1 },
      { kind: 'resolved', at: firedAt + 300_000 },
    ],
    unknowns: [],
    timeline: { ...record.timeline, verifiedAt: firedAt + 34_000 },
  };
}

export function refusedRecord(): RollbackRecord {
  const { supersededBy, requestedBy, ...record } = aRollbackRecord();
  const { zeroedAt, zeroedPrecision, alertResolvedAt, ...timeline } = record.timeline;
  return {
    ...record,
    id: 'b2',
    outcome: 'refused',
    reason: 'ambiguous-canary',
    message: 'production/payment-svc routes to v1 and v2, and nothing says which one is the canary.',
    weights: [],
    residual: [],
    history: [],
    pages: true,
    commands: [
      {
        does: 'if payment-svc/v2 is the canary: take it to zero',
        run: `kubectl -n production patch virtualservices.networking.istio.io payment-svc --type=json -p '[{"op":"test","path":"/spec/http/0/route/1/destination","value":{"host":"payment-svc","subset":"v2"}},{"op":"add","path":"/spec/http/0/route/0/weight","value":100},{"op":"add","path":"/spec/http/0/route/1/weight","value":0}]'`,
      },
      {
        does: 'mark it, so that the next alert is rolled back',
        run: 'kubectl -n production annotate --overwrite virtualservices.networking.istio.io payment-svc weightless/canary=payment-svc.production.svc.cluster.local/v2',
      },
    ],
    timeline,
    sla: { targetMs: 60_000, late: false, clockSkew: false, count: 'missed' },
  };
}

function unknownRecord(): RollbackRecord {
  return {
    ...refusedRecord(),
    canary: '-',
    cluster: '-',
    virtualServices: [],
    residual: 'unknown',
    commands: [],
    reason: 'cluster-unknown',
  };
}
