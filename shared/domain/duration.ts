const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Times are made of it, and with a longer one they would leave what a Date can hold. */
const MAX_MS = 36_500 * UNITS.d;

/** Milliseconds of a Prometheus-style duration (`30s`, `1h`, `1h30m`); undefined where it is none, zero or over a century. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d{1,9}(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNITS[unit as keyof typeof UNITS] ?? Number.NaN);
  }
  return total > 0 && total <= MAX_MS ? total : undefined;
}
