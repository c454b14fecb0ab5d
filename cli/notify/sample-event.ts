import type { BusEvent, ReportBusEvent, RollbackBusEvent } from '#shared/contracts/bus-event.ts';
import { EVENT_SCHEMA_VERSION, EVENT_TYPES, type EventType, type RollbackEventType } from '#shared/contracts/events.ts';
import type { SlaReportData } from '#shared/contracts/report-event.ts';
import { DAY_MS, startOfDay } from '#shared/domain/report/report-window.ts';

export const SAMPLE_TYPES = EVENT_TYPES;

/** Its news are of one rollback: they meet in one thread, and one closes the alert that another has opened. */
const ROLLBACK_ID = 'weightless-notify-test';
const CANARY = 'payment-svc.weightless-test.svc.cluster.local/v2';
const STABLE = 'payment-svc.weightless-test.svc.cluster.local/v1';

/** An event as the service would tell it, that says that it is none. */
export function sampleEvent(type: EventType, now: number): BusEvent {
  return type === 'SlaReported' ? sampleReport(type, now) : sampleNews(type, now);
}

function sampleNews(type: RollbackEventType, now: number): RollbackBusEvent {
  const at = (secondsAgo: number) => new Date(now - secondsAgo * 1000).toISOString();
  const done = !['RollbackRefused', 'RollbackFailed', 'RollbackSuggested'].includes(type);
  const run = "echo 'this would be the command to run'";
  return {
    ...envelope(now),
    type,
    data: {
      rollbackId: ROLLBACK_ID,
      cluster: 'weightless-test',
      canary: CANARY,
      virtualServices: ['weightless-test/payment-svc'],
      outcome: outcomeOf(type),
      message: 'This is a test (weightless notify test). Nothing has happened, and nobody has to do anything.',
      commands: done ? [] : [{ does: 'this is only a test: nothing has to be run', run }],
      alert: { name: 'WeightlessNotifyTest', startsAt: at(8), labels: { service: 'payment-svc' }, annotations: {} },
      weights: done ? [weights()] : [],
      residual: [],
      sla: { targetMs: 60_000, ...(done ? { alertToZeroMs: 8000, met: true } : {}) },
      pages: ['RollbackRefused', 'RollbackFailed'].includes(type),
    },
  };
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

function outcomeOf(type: RollbackEventType): string {
  const known: Partial<Record<RollbackEventType, string>> = {
    RollbackRefused: 'refused',
    RollbackFailed: 'failed',
    RollbackSuggested: 'suggested',
    RollbackSkipped: 'already-zero',
  };
  return known[type] ?? 'rolled-back';
}

function weights() {
  const share = (canary: number) => [
    { to: STABLE, weight: 100 - canary },
    { to: CANARY, weight: canary },
  ];
  return { virtualService: 'weightless-test/payment-svc', route: 'http[0]', before: share(99), after: share(0) };
}
