import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { describeWeekLog } from '#test/port-suites/week-log.ts';

describeWeekLog('memory', async () => {
  const { weekLog, outbox } = memoryRollbackLog();
  return { weekLog, outbox, close: async () => undefined };
});
