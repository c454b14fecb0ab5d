import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import type { DayLog } from '#shared/ports/day-log.ts';

/** A day log in which every day is folded, for tests that are about something else. */
export function foldedDayLog(): DayLog {
  return {
    ...memoryRollbackLog().dayLog,
    folded: async ({ to }) => new Map([[to, 'a run']]),
    changedDays: async () => [],
  };
}
