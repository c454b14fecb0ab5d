import { reportPage } from '#functions/report/pages/report-page.ts';
import { rollbackPage } from '#functions/report/pages/rollback-page.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { anEmptyReport, REPORT_TO } from '#test/builders/report.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { aQuarter, manyRollbacks } from './a-quarter.ts';
import { aWeek } from './a-week.ts';
import { hostileRecord, hostileReport, longRecord, longReport } from './hostile.ts';

/** Each page in the states that people meet it in, as markup by name. */
export function pageStates(): Record<string, string> {
  const now = REPORT_TO;
  const rolledBack = rolledBackRecord();
  const recent = [rolledBack, refusedRecord(), aRollbackRecord()];
  return {
    report: reportPage(aWeek(), recent, now).markup,
    'report-quarter': reportPage(aQuarter(), manyRollbacks(50), now).markup,
    'report-empty': reportPage(anEmptyReport(), [], now).markup,
    'report-hostile': reportPage(hostileReport(), [hostileRecord()], now).markup,
    'report-long': reportPage(longReport(), [longRecord()], now).markup,
    rollback: rollbackPage(rolledBack, now).markup,
    'rollback-by-hand': rollbackPage({ ...rolledBack, requestedBy: { name: 'alice', reason: 'v2 fails' } }, now).markup,
    'rollback-refused': rollbackPage(refusedRecord(), now).markup,
    'rollback-hostile': rollbackPage(hostileRecord(), now).markup,
    'rollback-long': rollbackPage(longRecord(), now).markup,
    'rollback-unknown': rollbackPage(unknownRecord(), now).markup,
  };
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
