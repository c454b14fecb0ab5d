import { type Alert, firingOf } from '#shared/domain/alert.ts';
import type { DestinationKey } from '#shared/domain/destination.ts';
import { formatDestination } from '#shared/domain/destination.ts';
import type { FiringDecision } from '#shared/domain/firing-decision.ts';
import { JOURNAL_MAX_ALERTS, type Journal, type JournalEntry } from '#shared/domain/journal.ts';
import { type Edit, undoing, withEdits } from '#shared/domain/json-patch.ts';
import { lastWriter } from '#shared/domain/last-writer.ts';
import { askedBy } from '#shared/domain/manual.ts';
import type { Claim } from '#shared/domain/target.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import { rollbackId, specHash } from './digest.ts';
import { withZeroTimes } from './journaled.ts';

/** How long a firing is remembered as having had its one action: four times the hold. */
const HOLD_FACTOR = 4;

export type EntryParts = {
  readonly object: VirtualService;
  readonly edits: readonly Edit[];
  readonly journal: Journal;
  /** The firings that the patch serves, with what each may do. */
  readonly served: readonly { readonly claim: Claim; readonly decision: FiringDecision }[];
  readonly cluster: string;
  readonly canary: DestinationKey;
  readonly receivedAt: number;
  readonly sentAt: number;
  readonly holdMs: number;
  readonly flux: boolean;
};

/** The journal as the patch leaves it, newest first: a new entry for new firings, a count on those put back. */
export function nextEntries(parts: EntryParts): JournalEntry[] {
  const { journal, served, object, edits } = parts;
  const after = specHash(withEdits({ spec: object.spec }, edits).spec);
  const put = new Set(served.flatMap(({ decision }) => (decision.kind === 'reassert' ? [decision.entry] : [])));
  const isPut = (index: number) => journal.entries.some((entry, at) => at === index && put.has(entry));
  const reverted = lastWriter(object);
  const known = withZeroTimes(object, journal.entries);
  const again = (entry: JournalEntry): JournalEntry => ({
    ...entry,
    reasserts: entry.reasserts + 1,
    reverted,
    ...(parts.flux ? { flux: true } : {}),
    after,
    // What stood there now may be another spec than the first one: an undo is good for what it was made of.
    undo: edits.map(undoing).reverse(),
  });
  const reasserted = known.filter((_, index) => isPut(index)).map(again);
  const rest = known.filter((_, index) => !isPut(index));
  const fresh = served.filter(({ decision }) => decision.kind === 'act').map(({ claim }) => claim.alert);
  return [...(fresh.length > 0 ? [newEntry(parts, fresh, after)] : []), ...reasserted, ...rest];
}

function newEntry(parts: EntryParts, alerts: readonly Alert[], after: string): JournalEntry {
  const firings = alerts.map(firingOf);
  const asked = alerts.map(askedBy).find((one) => one);
  const { object, edits, cluster, canary, receivedAt, sentAt, holdMs, flux } = parts;
  return {
    v: 1,
    id: rollbackId({ cluster, canary: formatDestination(canary), firing: firings[0] ?? '' }),
    canary: formatDestination(canary),
    uid: object.metadata.uid,
    alerts: firings.slice(0, JOURNAL_MAX_ALERTS),
    receivedAt,
    sentAt,
    holdUntil: sentAt + HOLD_FACTOR * holdMs,
    state: 'open',
    reasserts: 0,
    ...(asked ? { asked: { by: asked.name, why: asked.reason } } : {}),
    ...(flux ? { flux } : {}),
    after,
    undo: edits.map(undoing).reverse(),
  };
}
