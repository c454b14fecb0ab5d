import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { describeRollbackList } from '#test/port-suites/rollback-list.ts';

describeRollbackList('memory', async () => {
  const log = memoryRollbackLog();
  return { log, rollbackList: log.rollbackList, close: async () => undefined };
});
