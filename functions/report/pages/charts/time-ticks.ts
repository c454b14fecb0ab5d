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

/** The range of a scale of ratios that holds all the lengths with some room, and the ticks in it. */
export function timeTicks(lengths: readonly number[]): { from: number; to: number; ticks: number[] } {
  const from = Math.max(1, Math.min(...lengths) * 0.85);
  const to = Math.max(from * 2, Math.max(...lengths) * 1.15);
  return { from, to, ticks: TICKS.filter((tick) => tick >= from && tick <= to) };
}
