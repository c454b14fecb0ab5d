import type { TargetRecord } from '#shared/domain/rollback-record.ts';
import { FIRED_AT } from './rollback-record.ts';

/** What is remembered of the incident's target, with every field set. */
export function aTargetRecord(overrides: Partial<TargetRecord> = {}): TargetRecord {
  return {
    cluster: 'production-eu',
    canary: 'payment-svc.production.svc.cluster.local/v2',
    version: 1,
    firings: ['5ef77f1f8a3ecfb8@2026-03-04T05:06:07.000Z'],
    holdUntil: FIRED_AT + 3_600_000,
    episode: {
      id: 'a1b2c3',
      firedAt: FIRED_AT,
      unresolved: ['5ef77f1f8a3ecfb8@2026-03-04T05:06:07.000Z'],
      closedAt: FIRED_AT + 4_020,
    },
    ...overrides,
  };
}
