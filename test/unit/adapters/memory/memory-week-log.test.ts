import { expect, it, vi } from 'vitest';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { aReportEvent } from '#test/builders/report-event.ts';
import { describeWeekLog } from '#test/port-suites/week-log.ts';

describeWeekLog('memory', async () => {
  const { weekLog, outbox } = memoryRollbackLog();
  return { weekLog, outbox, close: async () => undefined };
});

it('the event of a week is told to whoever listens for events, as a stream would', async () => {
  const { weekLog, subscribe } = memoryRollbackLog();
  const listener = vi.fn();
  subscribe(listener);

  await weekLog.note({ to: '2026-03-09', seen: undefined, event: aReportEvent() }, new AbortController().signal);

  expect(listener.mock.calls).toEqual([[[aReportEvent()]]]);
});
