import { addHistogram, emptyHistogram, type Histogram } from './histogram.ts';
import { type EpisodeCounts, STAGES, type Stage } from './report.ts';

/** Everything that is counted, of a service, a day or a window. It is added to in place: a report reads many. */
export type Tally = {
  /** By outcome, and reason where there is one: `refused:sole-destination`. */
  readonly rollbacks: Map<string, number>;
  readonly episodes: { -readonly [K in keyof EpisodeCounts]: number };
  readonly alertToZero: Histogram;
  readonly alertToNotified: Histogram;
  readonly stages: Readonly<Record<Stage, Histogram>>;
};

export const EPISODE_COUNTS = ['met', 'missed', 'open', 'notCounted', 'late', 'clockSkewed'] as const;

export function emptyTally(): Tally {
  return {
    rollbacks: new Map(),
    episodes: { met: 0, missed: 0, open: 0, notCounted: 0, late: 0, clockSkewed: 0 },
    alertToZero: emptyHistogram(),
    alertToNotified: emptyHistogram(),
    stages: {
      'firing-to-received': emptyHistogram(),
      'received-to-targeted': emptyHistogram(),
      'targeted-to-zeroed': emptyHistogram(),
    },
  };
}

/** The histograms in the order in which they are stored. */
export function histogramsOf({ alertToZero, alertToNotified, stages }: Tally): Histogram[] {
  return [alertToZero, alertToNotified, ...STAGES.map((stage) => stages[stage])];
}

export function addRollbacks(tally: Tally, kind: string, count: number): void {
  tally.rollbacks.set(kind, (tally.rollbacks.get(kind) ?? 0) + count);
}

/** Takes all of another one in. */
export function addTally(tally: Tally, other: Tally): void {
  for (const [kind, count] of other.rollbacks) addRollbacks(tally, kind, count);
  for (const name of EPISODE_COUNTS) tally.episodes[name] += other.episodes[name];
  const others = histogramsOf(other);
  for (const [index, histogram] of histogramsOf(tally).entries()) {
    const from = others[index];
    if (from) addHistogram(histogram, from);
  }
}
