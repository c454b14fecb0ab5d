import type { ReportOutboxEvent } from '#shared/contracts/events.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import type { WeekLog } from '#shared/ports/week-log.ts';

/** The week log's twin without a store; `write` takes the events. */
export function memoryWeekLog(write: (event: ReportOutboxEvent) => void): WeekLog {
  let last: string | undefined;
  return {
    async last(signal) {
      refuseIfAborted(signal);
      return last;
    },
    async note({ to, seen, event }, signal) {
      refuseIfAborted(signal);
      if (last !== seen) return 'conflict';
      last = to;
      if (event) write(event);
      return 'written';
    },
  };
}

function refuseIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new StoreFault('The time for the store was over', { cause: signal.reason });
}
