import type { BusEvent } from '#shared/contracts/bus-event.ts';
import { EVENT_DATA, EVENT_SCHEMA_VERSION, type EventType } from '#shared/contracts/events.ts';

export const SAMPLE_TYPES = Object.keys(EVENT_DATA) as EventType[];

/** Its news are of one rollback: they meet in one thread, and one closes the alert that another has opened. */
const ROLLBACK_ID = 'weightless-notify-test';
const CANARY = 'payment-svc.weightless-test.svc.cluster.local/v2';
const STABLE = 'payment-svc.weightless-test.svc.cluster.local/v1';

/** An event as the service would tell it, that says that it is none. */
export function sampleEvent(type: EventType, now: number): BusEvent {
  const at = (secondsAgo: number) => new Date(now - secondsAgo * 1000).toISOString();
  const done = !['RollbackRefused', 'RollbackFailed', 'RollbackSuggested'].includes(type);
  const run = "echo 'this would be the command to run'";
  return {
    id: `weightless-notify-test-${now}`,
    type,
    version: EVENT_SCHEMA_VERSION,
    time: at(0),
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

function outcomeOf(type: EventType): string {
  const known: Partial<Record<EventType, string>> = {
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
