import type { RollbackRecord } from '#shared/domain/rollback-record.ts';

/** 2026-03-04T05:06:07.000Z, when the alerts of these tests fire. */
export const FIRED_AT = Date.UTC(2026, 2, 4, 5, 6, 7);

/** The incident's record, with every field set, as it is first written. */
export function aRollbackRecord(overrides: Partial<RollbackRecord> = {}): RollbackRecord {
  return {
    id: 'a1b2c3',
    version: 1,
    cluster: 'production-eu',
    canary: 'payment-svc.production.svc.cluster.local/v2',
    virtualServices: ['production/payment-svc'],
    outcome: 'suggested',
    reason: 'mode-suggest',
    message: 'The mode of production/payment-svc is suggest: run the command.',
    commands: [{ does: 'take the canary to zero', run: "kubectl -n production patch virtualservices x -p '[]'" }],
    alert: {
      name: 'CanaryErrorRate',
      fingerprint: '5ef77f1f8a3ecfb8',
      labels: { alertname: 'CanaryErrorRate', service: 'payment-svc', 'utf8.label/ü': 'ok' },
      annotations: { summary: 'v2 fails', runbook_url: '' },
      generatorUrl: 'http://prometheus.example/graph?g0.expr=up',
    },
    truncatedAlerts: 0,
    weights: [
      {
        virtualService: 'production/payment-svc',
        route: 'http[1]',
        before: [
          { to: 'payment-svc.production.svc.cluster.local/v1', weight: 1 },
          { to: 'payment-svc.production.svc.cluster.local/v2', weight: 99 },
        ],
        after: [
          { to: 'payment-svc.production.svc.cluster.local/v1', weight: 100 },
          { to: 'payment-svc.production.svc.cluster.local/v2', weight: 0 },
        ],
      },
    ],
    residual: [
      {
        kind: 'header-route',
        virtualService: 'production/payment-svc',
        route: 'testers',
        what: 'requests with the header of route testers still reach the canary',
      },
    ],
    stableReadiness: 'ready',
    unknowns: ['rollouts'],
    timeline: {
      firedAt: FIRED_AT,
      receivedAt: FIRED_AT + 4_000,
      targetedAt: FIRED_AT + 4_010,
      zeroedAt: FIRED_AT + 4_020,
      zeroedPrecision: 'observed',
      recordedAt: FIRED_AT + 4_030,
      alertResolvedAt: FIRED_AT + 300_000,
    },
    sla: { targetMs: 60_000, alertToZeroMs: 4_020, met: true, late: false, clockSkew: false, count: 'met' },
    pages: false,
    episode: { id: 'a1b2c3', firedAt: FIRED_AT },
    requestedBy: { name: 'alice', reason: 'v2 fails' },
    history: [
      { kind: 'improved', at: FIRED_AT + 1, from: { outcome: 'pending', reason: 'conflict' } },
      { kind: 'reasserted', at: FIRED_AT + 2, number: 1 },
      { kind: 'already-acted', at: FIRED_AT + 3 },
      { kind: 'contested', at: FIRED_AT + 4 },
      { kind: 'resolved', at: FIRED_AT + 5 },
      { kind: 'given-up', at: FIRED_AT + 6 },
    ],
    supersededBy: 'd4e5f6',
    slaBreachedAt: FIRED_AT + 61_000,
    ...overrides,
  };
}
