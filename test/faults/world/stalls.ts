const TICK_MS = 20;

/**
 * How long this machine let nobody run. A function that waits for its turn takes its times late through no fault of its
 * own, as far as this process, which waits beside it, can tell.
 */
export function watchStalls(): { longestSince(since: number): number } {
  const stalls: { readonly at: number; readonly ms: number }[] = [];
  let last = Date.now();
  setInterval(() => {
    const now = Date.now();
    if (now - last > 2 * TICK_MS) stalls.push({ at: now, ms: now - last - TICK_MS });
    last = now;
  }, TICK_MS).unref();
  return {
    longestSince: (since) => Math.max(0, ...stalls.filter(({ at }) => at >= since).map(({ ms }) => ms)),
  };
}
