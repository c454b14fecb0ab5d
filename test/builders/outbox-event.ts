import {
  EVENT_SCHEMA_VERSION,
  EVENT_SOURCE,
  type RollbackEventType,
  type RollbackOutboxEvent,
} from '#shared/contracts/events.ts';
import type { Reason } from '#shared/domain/outcome.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { aRollbackRecord } from './rollback-record.ts';

/** What each detail-type says of the outcome, beside what all say. */
const OUTCOME_OF: Readonly<
  Record<RollbackEventType, Pick<RollbackRecord, 'outcome'> & { reason?: Reason } & Readonly<Record<string, unknown>>>
> = {
  RollbackCompleted: { outcome: 'rolled-back' },
  RollbackSuggested: { outcome: 'suggested', reason: 'mode-suggest' },
  RollbackSkipped: { outcome: 'already-zero', reason: 'at-zero' },
  RollbackRefused: { outcome: 'refused', reason: 'ambiguous-canary' },
  RollbackFailed: { outcome: 'failed', reason: 'forbidden' },
  RollbackSlaBreached: { outcome: 'failed', reason: 'forbidden' },
  RollbackReverted: { outcome: 'rolled-back', revert: 1, revertedBy: 'argocd-controller' },
  RollbackReasserted: { outcome: 'rolled-back', reassert: 1 },
  RollbackRestored: { outcome: 'rolled-back', virtualService: 'shop/payment', by: 'alice', why: 'v2 is mended' },
  HoldReleased: { outcome: 'rolled-back', virtualService: 'shop/payment' },
  RollbackUnverified: { outcome: 'rolled-back', requestsPerSecond: 1.5 },
  RollbackVerified: { outcome: 'rolled-back' },
  AlertResolved: { outcome: 'rolled-back' },
};

/** An event of the type as the incident's record tells it. */
export function anOutboxEvent(overrides: Partial<RollbackOutboxEvent> = {}): RollbackOutboxEvent {
  const { id = 'event-1', type = 'RollbackCompleted', createdAt = aRollbackRecord().timeline.recordedAt } = overrides;
  const data = { ...rollbackData(), ...OUTCOME_OF[type] };
  return {
    id,
    rollbackId: data.rollbackId,
    type,
    createdAt,
    detail: {
      metadata: {
        id,
        version: EVENT_SCHEMA_VERSION,
        timestamp: iso(createdAt),
        service: EVENT_SOURCE,
        correlationId: data.rollbackId,
      },
      data,
    },
    ...overrides,
  };
}

function rollbackData() {
  const {
    id,
    version,
    outcome,
    reason,
    truncatedAlerts,
    unknowns,
    history,
    supersededBy,
    episode,
    requestedBy,
    ...said
  } = aRollbackRecord();
  const { firedAt, receivedAt, targetedAt, zeroedAt, zeroedPrecision, recordedAt, alertResolvedAt } = said.timeline;
  return {
    ...said,
    rollbackId: id,
    episodeId: episode?.id,
    alert: { ...said.alert, startsAt: iso(firedAt) },
    timeline: {
      firedAt: iso(firedAt),
      receivedAt: iso(receivedAt),
      targetedAt: iso(targetedAt ?? 0),
      zeroedAt: iso(zeroedAt ?? 0),
      zeroedPrecision,
      recordedAt: iso(recordedAt),
      alertResolvedAt: iso(alertResolvedAt ?? 0),
    },
  };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
