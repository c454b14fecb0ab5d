import type { ReportOutboxEvent } from '#shared/contracts/events.ts';

/** Which week people were told of last, by the day after its last one (`2026-03-09`). Throws StoreFault. */
export type WeekLog = {
  /** Undefined where none was noted yet. */
  last(signal: AbortSignal): Promise<string | undefined>;
  /**
   * Notes a week in place of the one that was seen, and with it the event that tells of it: both or neither. `conflict`
   * where another one was noted meanwhile.
   */
  note(week: NotedWeek, signal: AbortSignal): Promise<'written' | 'conflict'>;
};

export type NotedWeek = {
  readonly to: string;
  readonly seen: string | undefined;
  readonly event?: ReportOutboxEvent | undefined;
};
