import { type RollbackRecord, UNKNOWN } from './rollback-record.ts';
import { owedSince } from './timeline.ts';

/** What a person reads when a rollback is out of reach. `last` is how the last try ended, in its own words. */
export function unreachableMessage(record: RollbackRecord, last: string, now: number, retryUntil: number): string {
  const { timeline, canary, cluster, sla } = record;
  const what = canary === UNKNOWN ? 'the canary of the alert' : canary;
  const tried = `Tried since ${iso(timeline.receivedAt)} to take ${what} in ${cluster} to zero, by the webhook and by guard each minute`;
  const ended = `The last try ended: ${last}`;
  if (timeline.alertResolvedAt !== undefined)
    return `${tried}; the alert resolved at ${iso(timeline.alertResolvedAt)} before it was done, so it is not tried again. ${ended}`;
  const owed = seconds(now - owedSince(timeline));
  const late =
    now - owedSince(timeline) > sla.targetMs
      ? `: ${owed} after the alert, and the SLA target is ${seconds(sla.targetMs)}`
      : '';
  const next =
    now <= retryUntil
      ? `It is tried again each minute until ${iso(retryUntil)}.`
      : 'It is not tried again: see to it by hand.';
  return `${tried}${late}. ${next} ${ended}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
