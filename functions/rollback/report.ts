import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';
import type { DeliveryEntry, RecordedDelivery } from '#shared/steps/record-outcomes.ts';
import type { AlertOutcome } from '#shared/steps/roll-back-alerts.ts';

/** Logs and counts what a delivery came to: one line an alert and target, counted by outcome and reason. */
export function report(
  { entries, faults }: RecordedDelivery,
  { log, meter }: { readonly log: Log; readonly meter: Meter },
): void {
  for (const [outcome, reason, count] of tally(entries)) meter.count('RollbackOutcome', { outcome, reason }, count);
  for (const entry of entries) {
    const zeroedAt = entry.record?.timeline.zeroedAt;
    if (
      entry.outcome === 'rolled-back' &&
      zeroedAt !== undefined &&
      entry.record?.timeline.zeroedPrecision === 'observed'
    ) {
      meter.milliseconds('AlertToRollbackMs', zeroedAt - entry.alert.startsAt);
      meter.milliseconds('WebhookToRollbackMs', zeroedAt - entry.record.timeline.receivedAt);
    }
    if (needsAttention(entry)) log.warn('An alert was not rolled back', fieldsOf(entry));
    else log.info('An alert was handled', fieldsOf(entry));
  }
  for (const fault of faults)
    log.error('A rollback could not be recorded; the webhook is answered 503', { cause: fault.message });
}

/** Journal entries that came with a copied manifest, or that are no entries: somebody copies objects, or writes there. */
export function countIgnoredEntries(outcomes: readonly AlertOutcome[], meter: Meter): void {
  const results = outcomes.flatMap((one) => (one.kind === 'targets' ? one.results.map(({ result }) => result) : []));
  const members = [...new Set(results)].flatMap((result) => result.members);
  const ignored = members.reduce((total, { journalIgnored }) => total + journalIgnored, 0);
  if (ignored > 0) meter.count('JournalEntriesIgnored', {}, ignored);
}

/** Counted when it is told, which is once a rollback. */
export function countBreaches(events: readonly OutboxEvent[], meter: Meter): void {
  const breached = events.filter(({ type }) => type === 'RollbackSlaBreached').length;
  if (breached > 0) meter.count('SlaBreached', {}, breached);
}

/** One metric an outcome and reason, however many alerts a delivery has. */
function tally(entries: readonly DeliveryEntry[]): [string, string, number][] {
  const groups = Map.groupBy(entries, ({ outcome, reason }) => `${outcome} ${reason ?? 'none'}`);
  return [...groups].map(([key, group]) => {
    const [outcome = '', reason = ''] = key.split(' ');
    return [outcome, reason, group.length];
  });
}

function needsAttention({ outcome }: DeliveryEntry): boolean {
  return outcome === 'refused' || outcome === 'failed' || outcome === 'pending';
}

function fieldsOf({ alert, outcome, reason, message, record }: DeliveryEntry): Record<string, unknown> {
  return {
    fingerprint: alert.fingerprint,
    alertname: alert.labels['alertname']?.slice(0, 200),
    outcome,
    reason,
    detail: message.slice(0, 1000),
    rollbackId: record?.id,
    cluster: record?.cluster,
    canary: record?.canary,
  };
}
