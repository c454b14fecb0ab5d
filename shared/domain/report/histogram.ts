/** Counts of lengths of time in bins that grow by a factor: small, and the sum of two is that of both. */
export type Histogram = {
  count: number;
  sumMs: number;
  maxMs: number;
  /** `bins[0]` holds what took less than a ms, `bins[n]` what took from GROWTH^(n-1) up to GROWTH^n. */
  readonly bins: number[];
};

/** So that one length stands for a whole bin and is at most 1 % from what is in it. */
export const GROWTH = 1.02;

export function emptyHistogram(): Histogram {
  return { count: 0, sumMs: 0, maxMs: 0, bins: [] };
}

/** Takes one length in. What a clock put before its own beginning took no time. */
export function addLength(histogram: Histogram, ms: number): void {
  const length = Math.max(0, Math.round(ms));
  histogram.count += 1;
  histogram.sumMs += length;
  histogram.maxMs = Math.max(histogram.maxMs, length);
  addToBin(histogram.bins, binOf(length), 1);
}

/** What takes 2^53 ms, the most that a number counts, is before it. */
const MAX_BIN = 2000;

/** Without holes, which would make the list slow. Throws RangeError. */
export function addToBin(bins: number[], bin: number, count: number): void {
  if (!(bin <= MAX_BIN)) throw new RangeError(`There is no bin ${bin} in a histogram`);
  while (bins.length <= bin) bins.push(0);
  bins[bin] = (bins[bin] ?? 0) + count;
}

/** Takes all of another one in. */
export function addHistogram(histogram: Histogram, other: Histogram): void {
  histogram.count += other.count;
  histogram.sumMs += other.sumMs;
  histogram.maxMs = Math.max(histogram.maxMs, other.maxMs);
  other.bins.forEach((count, bin) => {
    if (count > 0) addToBin(histogram.bins, bin, count);
  });
}

/** The length that this share (0 to 1) of all is not above, by nearest rank, within 1 %; undefined where there is none. */
export function percentile(histogram: Histogram, share: number): number | undefined {
  return percentiles(histogram, [share])[0];
}

/** Several of them, the least share first, in one look at the histogram; none where it holds nothing. */
export function percentiles({ bins, count, maxMs }: Histogram, shares: readonly number[]): number[] {
  const ranks = shares.map((share) => Math.max(1, Math.ceil(share * count)));
  const found: number[] = [];
  let seen = 0;
  for (let bin = 0; bin < bins.length && found.length < ranks.length; bin += 1) {
    seen += bins[bin] ?? 0;
    while (seen >= (ranks[found.length] ?? Infinity)) found.push(Math.min(maxMs, lengthOf(bin)));
  }
  return found;
}

/** Where a bin begins, and with it where the one before it ends. */
export function startOf(bin: number): number {
  return bin === 0 ? 0 : GROWTH ** (bin - 1);
}

/** Which bin holds a length. */
export function binOf(ms: number): number {
  return ms < 1 ? 0 : 1 + Math.floor(Math.log(ms) / Math.log(GROWTH));
}

/**
 * The length that stands for what is in a bin: at most 1 % from each whole ms in it, as the last is less than 2 % longer
 * than the first. It is the middle of these two, and of whole ms itself wherever that is as near: short bins hold one or two
 * lengths, and half a ms is more than 1 % of these.
 */
function lengthOf(bin: number): number {
  if (bin === 0) return 0;
  const [first, last] = [Math.ceil(startOf(bin)), Math.ceil(startOf(bin + 1)) - 1];
  const middle = (first + last) / 2;
  const whole = Math.floor(middle);
  return last - whole <= last * 0.01 ? whole : middle;
}
