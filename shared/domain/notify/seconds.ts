/** `4.0 s`, `72 s`, `15 min`. */
export function seconds(ms: number): string {
  const abs = Math.abs(ms);
  if (abs >= 600_000) return `${Math.round(ms / 60_000)} min`;
  return abs < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
