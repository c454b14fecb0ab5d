const S = 1000;
const MIN = 60 * S;
const H = 60 * MIN;

/** Durations that people know, about evenly far apart as ratios. */
const TICKS = [
  100,
  200,
  500,
  S,
  2 * S,
  5 * S,
  10 * S,
  30 * S,
  MIN,
  2 * MIN,
  5 * MIN,
  15 * MIN,
  30 * MIN,
  H,
  2 * H,
  6 * H,
  24 * H,
];

/** A range on a scale of ratios that begins and ends at ticks, and its ticks. */
export function timeTicks(values: readonly number[]): {
  readonly from: number;
  readonly to: number;
  readonly ticks: number[];
} {
  const least = Math.min(...values);
  const most = Math.max(...values);
  const from = TICKS.findLast((tick) => tick <= least) ?? 100;
  const to = TICKS.find((tick) => tick >= most && tick > from) ?? 24 * H;
  return { from, to, ticks: TICKS.filter((tick) => tick >= from && tick <= to) };
}
