import { dayOf } from './report-window.ts';

/** The days that are over, of those on which these were received: a fold of one of them may have been made already. */
export function changedDays(receivedAt: readonly number[], now: number): string[] {
  const today = dayOf(now);
  return [...new Set(receivedAt.map(dayOf))].filter((day) => day < today);
}
