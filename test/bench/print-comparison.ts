/** Prints two samples of milliseconds side by side, with the ratio of each percentile. */
export function printComparison(
  title: string,
  { ours, floor }: { readonly ours: readonly number[]; readonly floor: readonly number[] },
): void {
  console.log(`\n${title.padEnd(26)}      ours     floor     ratio`);
  for (const percent of [50, 90, 99]) {
    const [a, b] = [percentile(ours, percent), percentile(floor, percent)];
    console.log(
      `${`p${percent}`.padEnd(26)}${a.toFixed(2).padStart(7)} ms${b.toFixed(2).padStart(7)} ms${(a / b).toFixed(2).padStart(8)}`,
    );
  }
}

/** Nearest rank. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
