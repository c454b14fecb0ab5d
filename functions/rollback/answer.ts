import { httpStatusOf } from '#shared/domain/outcome.ts';
import { UNKNOWN } from '#shared/domain/rollback-record.ts';
import { type HttpResponse, json } from '#shared/runtime/http.ts';
import type { DeliveryEntry, RecordedDelivery } from '#shared/steps/record-outcomes.ts';

/** 200 where everything is final and recorded; 503 where a retry can help: Alertmanager sends again after 5xx only. */
export function answerOf(delivery: RecordedDelivery): HttpResponse {
  return json(needsRetry(delivery) ? 503 : 200, { results: delivery.entries.map(resultOf) });
}

/** Whether the same alerts once more can help. */
export function needsRetry({ entries, faults }: RecordedDelivery): boolean {
  return faults.length > 0 || entries.some(({ outcome }) => httpStatusOf(outcome) === 503);
}

function resultOf({ alert, outcome, reason, message, commands, record, draft }: DeliveryEntry) {
  const known = record ?? draft;
  return {
    fingerprint: alert.fingerprint,
    startsAt: new Date(alert.startsAt).toISOString(),
    outcome,
    reason,
    message,
    rollbackId: known?.id,
    target: known && { cluster: known.cluster, canary: known.canary, virtualServices: known.virtualServices },
    alertToZeroMs: record?.sla.alertToZeroMs,
    slaMet: record?.sla.met,
    late: record?.sla.late || undefined,
    clockSkew: record?.sla.clockSkew || undefined,
    residual: known?.canary === UNKNOWN ? undefined : known?.residual,
    commands: commands.length > 0 ? commands : undefined,
  };
}
