import { breachOf, isWorse } from './breach-of.ts';
import { type CountedEpisode, countEpisode, type RollbackFacts, stagesOfEpisode } from './count-episode.ts';
import { addLength } from './histogram.ts';
import type { Cell } from './packed-cells.ts';
import type { Breach } from './report.ts';
import { serviceOf, textOf } from './service-of.ts';
import { addRollbacks, emptyTally, type Tally } from './tally.ts';

/** Episodes that are told one by one, of one service and day. How many there were of each kind stands in its counts. */
export type EpisodeLists = { readonly [K in ListName]: readonly Breach[] };
export const LISTS = ['breaches', 'late', 'clockSkewed'] as const;
export type ListName = (typeof LISTS)[number];

export type DayFold = {
  /** How many records it was made of. */
  readonly records: number;
  readonly cells: readonly Cell[];
  readonly lists: EpisodeLists;
};

/** The worst of each list that are kept of one service and day: a day on which everything failed stays small. */
const MAX_LISTED = 20;

export type DayFolder = {
  add(record: RollbackFacts): void;
  finish(): DayFold;
};

/**
 * Folds records that were received on one day, in any order. The same records give the same fold. What is kept of each
 * while it goes on is what its episode is counted by.
 */
export function dayFolder(): DayFolder {
  const cells = new Map<string, OpenCell>();
  const episodes = new Map<string, { readonly cell: OpenCell; readonly records: RollbackFacts[] }>();
  let records = 0;

  function cellOf(record: RollbackFacts): OpenCell {
    const key = serviceOf(record);
    const text = textOf(key);
    const cell = cells.get(text) ?? { key, tally: emptyTally(), breaches: [], late: [], clockSkewed: [] };
    cells.set(text, cell);
    return cell;
  }

  return {
    add(record) {
      records += 1;
      // Another record tells of the same firing, with its canary.
      if (record.supersededBy !== undefined) return;
      const cell = cellOf(record);
      addRollbacks(cell.tally, record.reason ? `${record.outcome}:${record.reason}` : record.outcome, 1);
      const id = record.episode?.id ?? record.id;
      const episode = episodes.get(id);
      if (episode) episode.records.push(record);
      else episodes.set(id, { cell, records: [record] });
    },
    finish() {
      for (const { cell, records } of episodes.values()) {
        const episode = countEpisode(records.sort(byReceipt));
        if (episode) addEpisode(cell, episode);
      }
      const open = [...cells.values()].sort((a, b) => (textOf(a.key) < textOf(b.key) ? -1 : 1));
      return {
        records,
        cells: open.map(({ key, tally }) => ({ key, tally })),
        lists: {
          breaches: open.flatMap(({ breaches }) => breaches),
          late: open.flatMap(({ late }) => late),
          clockSkewed: open.flatMap(({ clockSkewed }) => clockSkewed),
        },
      };
    },
  };
}

type OpenCell = Cell & { readonly [K in ListName]: Breach[] };

function byReceipt(a: RollbackFacts, b: RollbackFacts): number {
  return a.timeline.receivedAt - b.timeline.receivedAt || (a.id < b.id ? -1 : 1);
}

function addEpisode(cell: OpenCell, episode: CountedEpisode): void {
  const { count, late, clockSkew, timeline, notifiedAt } = episode;
  const { episodes, alertToNotified } = cell.tally;
  episodes[count] += 1;
  if (late) episodes.late += 1;
  if (clockSkew) episodes.clockSkewed += 1;
  if (late) list(cell.late, episode);
  else if (count === 'missed') list(cell.breaches, episode);
  if (clockSkew) list(cell.clockSkewed, episode);
  if (late || clockSkew) return;
  addTimes(cell.tally, episode);
  if (notifiedAt !== undefined) addLength(alertToNotified, notifiedAt - timeline.firedAt);
}

function addTimes({ alertToZero, stages }: Tally, { alertToZeroMs, timeline }: CountedEpisode): void {
  if (alertToZeroMs === undefined) return;
  addLength(alertToZero, alertToZeroMs);
  for (const { stage, ms } of stagesOfEpisode(timeline)) addLength(stages[stage], ms);
}

/** Keeps the worst; episodes come in no order of importance. */
function list(kept: Breach[], episode: CountedEpisode): void {
  kept.push(breachOf(episode));
  if (kept.length <= MAX_LISTED) return;
  const mildest = kept.reduce((least, one) => (isWorse(least, one) ? one : least));
  kept.splice(kept.indexOf(mildest), 1);
}
