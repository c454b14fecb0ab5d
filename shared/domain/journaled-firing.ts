import { FINGERPRINT } from './alert.ts';
import { JOURNAL_MAX_ALERTS, type Journal, type JournalEntry } from './journal.ts';

/** That one patch took one canary of one object to zero for one firing. */
export type JournaledFiring = {
  /** `host/subset`. */
  readonly canary: string;
  /** `fingerprint@startsAt`. */
  readonly firing: string;
  readonly fingerprint: string;
  /** Epoch ms. */
  readonly startsAt: number;
  readonly entry: JournalEntry;
};

/** Of a host and a subset as the cluster takes them; what anyone else wrote there fits into no key of the table. */
const CANARY = /^[\w*.-]{2,253}(\/[\w.-]{1,253})?$/;
/** A delivery is over sooner, also where its clock is set meanwhile. */
const MAX_DELIVERY_MS = 60_000;

/** What the entries sent within the times say. An entry of before that names no canary tells nobody's record. */
export function journaledFirings(
  { entries }: Journal,
  sent: { readonly after: number; readonly before: number },
): JournaledFiring[] {
  return entries
    .filter(({ sentAt }) => sentAt > sent.after && sentAt < sent.before)
    .flatMap((entry) => {
      const { canary, alerts, receivedAt, sentAt } = entry;
      if (canary === undefined || !CANARY.test(canary)) return [];
      if (Math.abs(sentAt - receivedAt) > MAX_DELIVERY_MS) return [];
      return alerts.slice(0, JOURNAL_MAX_ALERTS).flatMap((firing) => {
        const parsed = parseFiring(firing);
        return parsed ? [{ canary, firing, entry, ...parsed }] : [];
      });
    });
}

/** No webhook has a later year. */
const END_OF_TIME = Date.UTC(10_000, 0);

/** The inverse of firingOf; undefined for anything that it would not have written. */
export function parseFiring(firing: string): { readonly fingerprint: string; readonly startsAt: number } | undefined {
  const at = firing.lastIndexOf('@');
  const fingerprint = firing.slice(0, at);
  const startsAt = Date.parse(firing.slice(at + 1));
  if (!FINGERPRINT.test(fingerprint) || !(startsAt > 0 && startsAt < END_OF_TIME)) return undefined;
  return new Date(startsAt).toISOString() === firing.slice(at + 1) ? { fingerprint, startsAt } : undefined;
}
