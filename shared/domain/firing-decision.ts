import { entryFor, isOpen, type Journal, type JournalEntry, MAX_REASSERTS } from './journal.ts';

/**
 * What one firing may do to one object whose canary is above zero. A firing acts once: again within its hold it means
 * that somebody put the canary back; after the hold a person decides. A new startsAt is a new firing.
 */
export type FiringDecision =
  | { readonly kind: 'act' }
  | { readonly kind: 'reassert'; readonly entry: JournalEntry }
  | { readonly kind: 'already-acted'; readonly entry: JournalEntry }
  | { readonly kind: 'contested'; readonly entry: JournalEntry };

/** Decided from the journal alone, so that no store has to answer before the patch. */
export function decideFiring(journal: Journal, firing: string, now: number): FiringDecision {
  const entry = entryFor(journal, firing);
  if (!entry) return { kind: 'act' };
  if (!isOpen(entry, now)) return { kind: 'already-acted', entry };
  return entry.reasserts < MAX_REASSERTS ? { kind: 'reassert', entry } : { kind: 'contested', entry };
}
