import type { KeyedRequest, RequestLog } from '#shared/ports/request-log.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';

/** Remembers for as long as the process lives. */
export function memoryRequestLog(): RequestLog {
  const requests = new Map<string, KeyedRequest>();
  return {
    async claim(request, signal) {
      if (signal.aborted) throw new StoreFault('The time for the store was over', { cause: signal.reason });
      const known = requests.get(request.key);
      if (!known) requests.set(request.key, request);
      return known ?? request;
    },
  };
}
