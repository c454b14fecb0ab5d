/** A length of time as every table of the command line tells it: `50 ms`, `4.2 s`. */
export function seconds(ms: number): string {
  return Math.abs(ms) < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}
