import { memoryRequestLog } from '#shared/adapters/memory/memory-request-log.ts';
import { describeRequestLog } from '#test/port-suites/request-log.ts';

describeRequestLog('in memory', async () => memoryRequestLog());
