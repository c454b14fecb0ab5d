/** One line for each engine: what was done and how long it took. */
export function printEngineLine(engine: string, what: string, startedAt: number): void {
  console.log(`${engine}: ${what} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
}
