import type { RollbackFacts } from '#shared/domain/report/count-episode.ts';
import type { DayFold, EpisodeLists } from '#shared/domain/report/fold-day.ts';
import type { PackedCells } from '#shared/domain/report/packed-cells.ts';

/** A note that a record changed which was received on a day that is over, written together with the change. */
export type DayChange = {
  readonly id: string;
  /** When, by the clock of whoever wrote it, epoch ms. */
  readonly at: number;
};

/** What is stored of one day. */
export type StoredDay = {
  readonly day: string;
  readonly cells: readonly PackedCells[];
  /** Taken apart when they are asked for: of most days nobody does. */
  readonly lists: () => EpisodeLists;
};

/** The first day and the last, both included. */
export type Days = { readonly from: string; readonly to: string };

/** Where the folds of finished days are kept, and what they are made of. Throws StoreFault where it does not answer. */
export type DayLog = {
  /**
   * Tells of the records received from one time until before another, page after page in any order, so that no more than
   * a few pages are held. What was written within the last second may be missing.
   */
  records(
    from: number,
    to: number,
    visit: (page: readonly RollbackFacts[]) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** The fold that is stored of each of the days: its mark, by which `store` knows it. */
  folded(days: Days, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** The first few days with changes since they were last folded, the oldest first. */
  changedDays(limit: number, signal: AbortSignal): Promise<readonly string[]>;
  /** A day's changes, the first ones where there are very many. */
  changesOf(day: string, signal: AbortSignal): Promise<readonly DayChange[]>;
  /**
   * Stores a day's fold in place of the one seen (none: undefined), and forgets the changes that it has taken in.
   * `conflict` where another one was stored meanwhile: nothing of this one is left.
   */
  store(folded: FoldedDay, signal: AbortSignal): Promise<'written' | 'conflict'>;
  /** Tells of each of the days that is stored, in any order. */
  read(days: Days, visit: (day: StoredDay) => void, signal: AbortSignal): Promise<void>;
};

export type FoldedDay = {
  readonly day: string;
  readonly fold: DayFold;
  readonly seen: string | undefined;
  readonly taken: readonly DayChange[];
};
