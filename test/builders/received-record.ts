import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { aRollbackRecord } from './rollback-record.ts';

/** Of an alert that was received at this time, 4 s after it fired, and whose canary was at zero 1 s later; of no episode. */
export function aRecordReceivedAt(
  id: string,
  receivedAt: number,
  overrides: Partial<RollbackRecord> = {},
): RollbackRecord {
  const { supersededBy, episode, ...record } = aRollbackRecord({ outcome: 'rolled-back', reason: undefined });
  const timeline = {
    firedAt: receivedAt - 4000,
    receivedAt,
    targetedAt: receivedAt,
    zeroedAt: receivedAt + 1000,
    recordedAt: receivedAt,
  };
  return { ...record, id, timeline, ...overrides };
}
