import type { Report } from '#shared/contracts/report.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { aBreach, aReport, aServiceFigures } from '#test/builders/report.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';

export const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;`;
const LONG = `payments-${'and-settlement-'.repeat(15)}reconciliation`;

/** Everything that comes from outside tries to be markup. */
export function hostileRecord(): RollbackRecord {
  return namedRecord(HOSTILE, 'javascript:alert(1)');
}

/** Everything that comes from outside is as long as it may be, without a place to break. */
export function longRecord(): RollbackRecord {
  return namedRecord(LONG, `https://prometheus.example.com/graph?g0.expr=${'x'.repeat(600)}`);
}

export function hostileReport(): Report {
  return namedReport(HOSTILE);
}

export function longReport(): Report {
  return namedReport(LONG);
}

function namedReport(name: string): Report {
  const key = { cluster: name, namespace: name, service: name };
  const breach = aBreach({ ...key, rollbackId: name, canary: name, alertName: name });
  const list = { listed: [breach], leftOut: 0 };
  return aReport({
    filter: key,
    services: { listed: [aServiceFigures(key)], leftOut: 0 },
    breaches: list,
    late: list,
    clockSkewed: list,
  });
}

function namedRecord(name: string, url: string): RollbackRecord {
  const record = aRollbackRecord();
  const share = [
    { to: name, weight: 30 },
    { to: `${name}-stable`, weight: 70 },
  ];
  return {
    ...record,
    id: name,
    outcome: 'rolled-back',
    reason: undefined,
    cluster: name,
    canary: name,
    virtualServices: [`production/${name}`],
    message: name,
    commands: [{ does: name, run: name }],
    alert: {
      name,
      fingerprint: name,
      labels: { [name]: name, severity: 'critical' },
      annotations: { runbook_url: url, summary: name },
      generatorUrl: url,
    },
    weights: [
      {
        virtualService: `production/${name}`,
        route: name,
        before: share,
        after: share.map(({ to }, index) => ({ to, weight: index * 100 })),
      },
    ],
    residual: [{ kind: 'unmanaged-virtual-service', virtualService: name, route: name, what: name }],
    unknowns: [name],
    history: [{ kind: 'restored', at: record.timeline.firedAt + 90_000, virtualService: name, by: name, why: name }],
    requestedBy: undefined,
    supersededBy: name,
    episode: { id: `${name}2`, firedAt: record.timeline.firedAt },
  };
}
