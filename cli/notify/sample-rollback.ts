import type * as z from 'zod/mini';
import type { ROLLBACK_EVENT_DATA, RollbackEventType } from '#shared/contracts/events.ts';

type DataOf = { readonly [T in RollbackEventType]: z.infer<(typeof ROLLBACK_EVENT_DATA)[T]> };
type Shared = Omit<DataOf['AlertResolved'], 'outcome'>;
type More = { readonly [T in RollbackEventType]: Omit<DataOf[T], keyof Shared> & Partial<Shared> };

/** Its news are of one rollback: they meet in one thread, and one closes the alert that another has opened. */
const ROLLBACK_ID = 'weightless-notify-test';
const CANARY = 'payment-svc.weightless-test.svc.cluster.local/v2';
const STABLE = 'payment-svc.weightless-test.svc.cluster.local/v1';
const VIRTUAL_SERVICE = 'weightless-test/payment-svc';
const WHO = 'weightless notify test';
const ZEROED_AFTER = 8;
const MISSED_AFTER = 72;

/** What an event of the type tells of a rollback, if there were one. */
export function sampleRollback(type: RollbackEventType, now: number): DataOf[RollbackEventType] {
  const fired = type === 'RollbackSlaBreached' ? MISSED_AFTER : ZEROED_AFTER;
  return { ...shared(now, fired), ...MORE[type] };
}

/** What is particular to each type: what did not happen, or by whom. */
const MORE: More = {
  RollbackCompleted: { outcome: 'rolled-back' },
  RollbackSuggested: { outcome: 'suggested', reason: 'mode-suggest', ...undone() },
  RollbackSkipped: { outcome: 'already-zero', reason: 'at-zero', weights: [] },
  RollbackRefused: { outcome: 'refused', reason: 'ambiguous-canary', ...undone(), pages: true },
  RollbackFailed: { outcome: 'failed', reason: 'forbidden', ...undone(), pages: true },
  RollbackSlaBreached: { outcome: 'rolled-back', sla: sla(MISSED_AFTER), pages: true },
  RollbackReverted: { outcome: 'rolled-back', revert: 1, revertedBy: WHO },
  RollbackReasserted: { outcome: 'rolled-back', reassert: 1 },
  RollbackRestored: { outcome: 'rolled-back', virtualService: VIRTUAL_SERVICE, by: WHO, why: 'a test' },
  HoldReleased: { outcome: 'rolled-back', virtualService: VIRTUAL_SERVICE, by: WHO, why: 'a test' },
  RollbackUnverified: { outcome: 'rolled-back', requestsPerSecond: 1.5, pages: true },
  RollbackVerified: { outcome: 'rolled-back' },
  AlertResolved: { outcome: 'rolled-back' },
};

function shared(now: number, fired: number): Shared {
  const at = (secondsAgo: number) => new Date(now - secondsAgo * 1000).toISOString();
  return {
    rollbackId: ROLLBACK_ID,
    episodeId: ROLLBACK_ID,
    cluster: 'weightless-test',
    canary: CANARY,
    virtualServices: [VIRTUAL_SERVICE],
    message: `This is a test (${WHO}). Nothing has happened, and nobody has to do anything.`,
    commands: [],
    alert: {
      name: 'WeightlessNotifyTest',
      fingerprint: '0000000000000000',
      startsAt: at(fired),
      labels: { alertname: 'WeightlessNotifyTest', service: 'payment-svc' },
      annotations: {},
    },
    weights: [{ virtualService: VIRTUAL_SERVICE, route: 'http[0]', before: share(99), after: share(0) }],
    residual: [],
    stableReadiness: 'ready',
    timeline: {
      firedAt: at(fired),
      receivedAt: at(1),
      targetedAt: at(1),
      zeroedAt: at(0),
      zeroedPrecision: 'observed',
      recordedAt: at(0),
    },
    sla: sla(ZEROED_AFTER),
    pages: false,
  };
}

/** Nothing was changed: what a person has to do is told instead. */
function undone(): Pick<Shared, 'commands' | 'weights' | 'sla'> {
  const run = "echo 'this would be the command to run'";
  return {
    commands: [{ does: 'this is only a test: nothing has to be run', run }],
    weights: [],
    sla: { targetMs: 60_000, late: false, clockSkew: false, count: 'open' },
  };
}

function sla(seconds: number): Shared['sla'] {
  const met = seconds <= 60;
  const count = met ? 'met' : 'missed';
  return { targetMs: 60_000, alertToZeroMs: seconds * 1000, met, late: false, clockSkew: false, count };
}

function share(canary: number) {
  return [
    { to: STABLE, weight: 100 - canary },
    { to: CANARY, weight: canary },
  ];
}
