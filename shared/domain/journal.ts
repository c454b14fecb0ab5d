import { type DestinationKey, formatDestination } from './destination.ts';
import type { PatchOperation } from './json-patch.ts';
import { MARK } from './marks.ts';
import type { VirtualService } from './virtual-service.ts';

/**
 * One rollback as the VirtualService itself remembers it, written in the same patch as the weights. Weights decide what
 * is done; the journal only tells times, and which firings have had their one action.
 */
export type JournalEntry = {
  readonly v: 1;
  /** The rollback of the first firing served. */
  readonly id: string;
  /** `host/subset`: the object names it no more where its route was pointed to stable. */
  readonly canary?: string | undefined;
  /** The object's own uid: an entry that came with a copied manifest is not ours. */
  readonly uid: string;
  /** The firings that the patch served, `fingerprint@startsAt`, at most 20. */
  readonly alerts: readonly string[];
  /** Epoch ms. */
  readonly receivedAt: number;
  /** Epoch ms, taken right before the patch was sent: the true time of effect is not earlier. */
  readonly sentAt: number;
  readonly holdUntil: number;
  /** `open` until the hold is over; a closed entry keeps its firings from acting again. */
  readonly state: 'open' | 'closed' | 'released' | 'restored';
  /** How often the canary was put back and taken to zero again in this hold. */
  readonly reasserts: number;
  /** Who had put it back before the last reassert. */
  readonly reverted?: Writer | undefined;
  /**
   * Epoch ms by when the canary was at zero, set when we write the object again: from then on the API server's time of
   * our last write says nothing of this one.
   */
  readonly zeroedBy?: number | undefined;
  /** Who wanted the rollback and why, where a person did: the record has it from here if whoever wrote this died. */
  readonly asked?: { readonly by: string; readonly why: string } | undefined;
  /** When the hold ended before `holdUntil`, or was noted to be over; and who ended it, where a person did. */
  readonly ended?: HoldEnd | undefined;
  /** True where we, and nobody before us, told Flux to leave the object alone: a release takes it back. */
  readonly flux?: boolean | undefined;
  /** SHA-256 of the spec that we left. */
  readonly after?: string | undefined;
  /** The inverse patch. */
  readonly undo?: readonly PatchOperation[] | undefined;
};

/** Who wrote an object, by its name in `managedFields`, and when (epoch ms, whole seconds). */
export type Writer = { readonly by: string; readonly at?: number | undefined };

/** The end of a hold, as the object remembers it until the records do. `by` is absent where guard closed it. */
export type HoldEnd = {
  /** Epoch ms. */
  readonly at: number;
  readonly by?: string | undefined;
  readonly why?: string | undefined;
};

export type Journal = {
  /** Newest first; this object's own. */
  readonly entries: readonly JournalEntry[];
  /** Entries of another object's uid, and what could not be read at all. */
  readonly ignored: number;
};

export const JOURNAL_MAX_ENTRIES = 8;
export const JOURNAL_MAX_ALERTS = 20;
export const JOURNAL_MAX_BYTES = 16 * 1024;
/** apimachinery: TotalAnnotationSizeLimitB. */
const ANNOTATIONS_MAX_BYTES = 256 * 1024;
export const MAX_REASSERTS = 5;

/** What the journal tells of one canary: an object may route to the canaries of two targets. */
export function aboutCanary({ entries, ignored }: Journal, canary: DestinationKey): Journal {
  const name = formatDestination(canary);
  return { entries: entries.filter((entry) => entry.canary === undefined || entry.canary === name), ignored };
}

/** The newest entry that names the firing. */
export function entryFor(journal: Journal, firing: string): JournalEntry | undefined {
  return journal.entries.find((entry) => entry.alerts.includes(firing));
}

export function isOpen(entry: JournalEntry, now: number): boolean {
  return entry.state === 'open' && now < entry.holdUntil;
}

/**
 * The annotation's new text, or undefined where not even the newest entry fits: the journal never stops a rollback.
 * What does not fit goes in this order: the undo of old entries, old entries, the newest one's undo.
 */
export function writeJournal(object: VirtualService, entries: readonly JournalEntry[]): string | undefined {
  const room = Math.min(JOURNAL_MAX_BYTES, ANNOTATIONS_MAX_BYTES - otherAnnotationBytes(object));
  const [newest, ...old] = entries.slice(0, JOURNAL_MAX_ENTRIES);
  if (!newest) return undefined;
  const bare = old.map(withoutUndo);
  const tries = [
    [newest, ...old],
    [newest, ...bare],
    ...bare.map((_, dropped) => [newest, ...bare.slice(0, bare.length - 1 - dropped)]),
    [withoutUndo(newest)],
  ];
  return tries.map((one) => JSON.stringify(one)).find((text) => bytes(text) <= room);
}

function withoutUndo({ undo: _, ...entry }: JournalEntry): JournalEntry {
  return entry;
}

/** Everything but the journal, and room for the other annotation that we may add. */
function otherAnnotationBytes({ metadata }: VirtualService): number {
  const others = Object.entries(metadata.annotations).filter(([key]) => key !== MARK.journal);
  return others.reduce((total, [key, value]) => total + bytes(key) + bytes(value), bytes(MARK.journal) + 128);
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
