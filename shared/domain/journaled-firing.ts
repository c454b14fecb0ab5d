import { formatDestination, parseDestination } from './destination.ts';
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

/** What the entries sent within the times say. An entry of before that names no canary tells nobody's record. */
export function journaledFirings(
  { entries }: Journal,
  sent: { readonly after: number; readonly before: number },
): JournaledFiring[] {
  return entries
    .filter(({ sentAt }) => sentAt > sent.after && sentAt < sent.before)
    .flatMap((entry) => {
      const { canary, alerts } = entry;
      if (canary === undefined || formatDestination(parseDestination(canary)) !== canary) return [];
      return alerts.slice(0, JOURNAL_MAX_ALERTS).flatMap((firing) => {
        const parsed = parseFiring(firing);
        return parsed ? [{ canary, firing, entry, ...parsed }] : [];
      });
    });
}

/** The inverse of firingOf; undefined for anything that it would not have written. */
export function parseFiring(firing: string): { readonly fingerprint: string; readonly startsAt: number } | undefined {
  const at = firing.lastIndexOf('@');
  const fingerprint = firing.slice(0, at);
  const startsAt = Date.parse(firing.slice(at + 1));
  if (at <= 0 || Number.isNaN(startsAt)) return undefined;
  return new Date(startsAt).toISOString() === firing.slice(at + 1) ? { fingerprint, startsAt } : undefined;
}
