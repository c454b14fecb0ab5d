import type { RollbackDraft } from '#shared/domain/merge-record.ts';
import { aRollbackRecord, FIRED_AT } from './rollback-record.ts';

/** What one delivery found out about the incident: it was rolled back four seconds after it fired. */
export function aRollbackDraft(overrides: Partial<RollbackDraft> = {}): RollbackDraft {
  const { version, sla, pages, episode, history, supersededBy, slaBreachedAt, timeline, reason, outcome, ...rest } =
    aRollbackRecord();
  return {
    ...rest,
    outcome: 'rolled-back',
    commands: [],
    timeline: {
      firedAt: FIRED_AT,
      receivedAt: FIRED_AT + 4000,
      targetedAt: FIRED_AT + 4010,
      zeroedAt: FIRED_AT + 4020,
      zeroedPrecision: 'observed',
    },
    slaMs: 60_000,
    reasserts: 0,
    ...overrides,
  };
}
