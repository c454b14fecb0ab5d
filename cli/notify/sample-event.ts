import type { BusEvent, ReportBusEvent } from '#shared/contracts/bus-event.ts';
import { EVENT_SCHEMA_VERSION, EVENT_TYPES, type EventType } from '#shared/contracts/events.ts';
import type { SlaReportData } from '#shared/contracts/report-event.ts';
import { DAY_MS, startOfDay } from '#shared/domain/report/report-window.ts';
import { sampleRollback } from './sample-rollback.ts';

export const SAMPLE_TYPES = EVENT_TYPES;

/** An event as the service would tell it, that says that it is none. */
export function sampleEvent(type: EventType, now: number): BusEvent {
  return type === 'SlaReported' ? sampleReport(type, now) : { ...envelope(now), type, data: sampleRollback(type, now) };
}

function envelope(now: number) {
  return { id: `weightless-notify-test-${now}`, version: EVENT_SCHEMA_VERSION, time: new Date(now).toISOString() };
}

/** Figures that nobody takes for real ones: nothing of it happened. */
function sampleReport(type: 'SlaReported', now: number): ReportBusEvent {
  const day = (ago: number) => new Date(startOfDay(now) - ago * DAY_MS).toISOString();
  const figures = {
    rollbacks: { total: 2, byOutcome: [] },
    episodes: { met: 2, missed: 0, open: 0, notCounted: 0, late: 0, clockSkewed: 0 },
    attainment: 1,
    errorBudget: { allowed: 0, spent: 0, left: 0 },
    stages: [],
  };
  const message = 'This is a test (weightless notify test): these figures are made up.';
  const data: SlaReportData = {
    window: { from: day(7), to: day(0) },
    objective: 0.99,
    targetMs: 60_000,
    total: figures,
    before: { from: day(14), to: day(7), total: figures },
    hint: { kind: 'group-wait', heldMs: 0, message },
    missingDays: [],
  };
  return { ...envelope(now), type, data };
}
