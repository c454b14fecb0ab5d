import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { describeDayLog } from '#test/port-suites/day-log.ts';

describeDayLog('memory', async (options) => {
  const log = memoryRollbackLog(options);
  return { log, dayLog: log.dayLog, close: async () => undefined };
});
