import type { Writer } from './journal.ts';
import type { HistoryEntry } from './rollback-record.ts';

/** What is known of a hold at a moment: how often it was mended by then, and whether the canary is above zero again. */
export type HoldNews = {
  /** The journal's count of reasserts. */
  readonly reasserts: number;
  /** Who had put it back, the last time. */
  readonly reverted?: Writer | undefined;
  /** True where it was put back and stays so: `pages` says whether a person is woken. */
  readonly putBack?: { readonly pages: boolean } | undefined;
};

/**
 * What a history does not tell yet. Reverts and reasserts are numbered, and the revert of a number is what the reassert
 * of that number mends: so each is told once, whoever saw it first, and however many of them died before they told it.
 */
export function holdHistory(
  history: readonly HistoryEntry[],
  { reasserts, reverted, putBack }: HoldNews,
  at: number,
): HistoryEntry[] {
  const reasserted = history.filter(({ kind }) => kind === 'reasserted').length;
  const told = history.reduce((most, entry) => (entry.kind === 'reverted' ? Math.max(most, entry.number) : most), 0);
  const mended = Math.max(reasserts, reasserted);
  // Whose name there is stands for the last one only.
  const last = putBack ? mended + 1 : mended;
  const revert = (number: number, pages: boolean): HistoryEntry[] =>
    number > told ? [{ kind: 'reverted', at, number, ...writerOf(number === last ? reverted : undefined), pages }] : [];
  const pairs = Array.from({ length: mended - reasserted }, (_, index): HistoryEntry[] => {
    const number = reasserted + index + 1;
    return [...revert(number, false), { kind: 'reasserted', at, number }];
  });
  return [...pairs.flat(), ...(putBack ? revert(mended + 1, putBack.pages) : [])];
}

function writerOf(writer: Writer | undefined): { readonly by?: string; readonly writtenAt?: number } {
  if (!writer) return {};
  return { by: writer.by, ...(writer.at === undefined ? {} : { writtenAt: writer.at }) };
}
