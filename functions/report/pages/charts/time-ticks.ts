import { duration } from '../words.ts';

const S = 1000;
const MIN = 60 * S;
const H = 60 * MIN;

/** Durations that people know, about evenly far apart as ratios. */
const TICKS = [
  ...[1, 10, 100, 200, 500],
  ...[S, 2 * S, 5 * S, 10 * S, 30 * S],
  ...[MIN, 2 * MIN, 5 * MIN, 15 * MIN, 30 * MIN],
  ...[H, 2 * H, 6 * H, 24 * H],
];

/** Between those, where a range is too short to hold more than two of them. */
const MORE = [
  ...[1, 2, 5, 10, 20, 50, 100, 150, 200, 300, 500, 700],
  ...[1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40, 50].map((seconds) => seconds * S),
  ...[1, 1.25, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45].map((minutes) => minutes * MIN),
  ...[1, 1.5, 2, 3, 4, 6, 9, 12, 24].map((hours) => hours * H),
];

/** A tick in as few letters as it takes: `90 s`, and not `1 min 30 s`. */
export function tickWords(ms: number): string {
  return ms > MIN && ms < 2 * MIN ? `${ms / S}\u00a0s` : duration(ms);
}

/** The range of a scale of ratios that holds all the lengths with some room, and the ticks in it. */
export function timeTicks(lengths: readonly number[]): { from: number; to: number; ticks: number[] } {
  const from = Math.max(1, Math.min(...lengths) * 0.85);
  const to = Math.max(from * 2, Math.max(...lengths) * 1.15);
  const within = (all: readonly number[]) => all.filter((tick) => tick >= from && tick <= to);
  const few = within(TICKS);
  return { from, to, ticks: few.length > 2 ? few : within(MORE) };
}
