import { type Alert, directive } from './alert.ts';
import { type DestinationMark, parseDestinationMark } from './marks.ts';
import type { Requester } from './rollback-record.ts';

/** Alertmanager's fingerprints are 16 hex digits: no alert has one like this. */
export const MANUAL_PREFIX = 'manual-';

/** True for a rollback that a person asked for: its firing is made of the request, and no alert is behind it. */
export function isManual({ fingerprint }: { readonly fingerprint: string }): boolean {
  return fingerprint.startsWith(MANUAL_PREFIX);
}

/** In what a person's request looks like an alert: which destination is the canary, whatever the object says. */
export const CANARY_DIRECTIVE = 'weightless_canary';

/** The canary that a person named; an alert may not say it. */
export function namedCanary(alert: Alert): DestinationMark | undefined {
  const named = isManual(alert) ? directive(alert, CANARY_DIRECTIVE) : undefined;
  return named === undefined ? undefined : parseDestinationMark(named);
}

/** What a person's request says of who and why, as an alert: its annotations. */
export function askedAnnotations({ name, reason }: Requester): Record<'summary' | 'requestedBy', string> {
  return { summary: reason, requestedBy: name };
}

/** Who asked for it and why; undefined for an alert, whatever its annotations say. */
export function askedBy(alert: Alert): Requester | undefined {
  const { summary, requestedBy } = alert.annotations;
  return isManual(alert) && summary && requestedBy ? { name: requestedBy, reason: summary } : undefined;
}
