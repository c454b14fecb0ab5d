/** Counts of lengths of time in bins that grow by a factor: small, and the sum of two is that of both. */
export type Histogram = {
  count: number;
  sumMs: number;
  maxMs: number;
  /** `bins[0]` holds what took less than a ms, `bins[n]` what took from GROWTH^(n-1) up to GROWTH^n. */
  readonly bins: number[];
};

/** A bin's middle is at most 1 % from what is in it. */
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

/** Without holes, which would make the list slow. */
export function addToBin(bins: number[], bin: number, count: number): void {
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

/** The length that this share (0 to 1) of all is not above, by nearest rank; undefined where there is none. */
export function percentile({ bins, count, maxMs }: Histogram, share: number): number | undefined {
  const rank = Math.max(1, Math.ceil(share * count));
  let seen = 0;
  for (const [bin, inBin] of bins.entries()) {
    seen += inBin;
    if (seen >= rank) return Math.min(maxMs, middleOf(bin));
  }
  return undefined;
}

/** Where a bin begins, and with it where the one before it ends. */
export function startOf(bin: number): number {
  return bin === 0 ? 0 : GROWTH ** (bin - 1);
}

/** Which bin holds a length. */
export function binOf(ms: number): number {
  return ms < 1 ? 0 : 1 + Math.floor(Math.log(ms) / Math.log(GROWTH));
}

function middleOf(bin: number): number {
  return bin === 0 ? 0 : GROWTH ** (bin - 0.5);
}
