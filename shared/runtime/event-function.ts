import middy from '@middy/core';

/** Before Lambda's time-out the signal aborts: this much is left to say what is not done. */
const TIMEOUT_EARLY_MS = 500;

/** The one middy stack of functions that nobody waits for: what they do not do is thrown or reported, and comes again. */
export function eventFunction<E, R>(handler: (event: E, options: { readonly signal: AbortSignal }) => Promise<R>) {
  return middy<E, R>({ timeoutEarlyInMillis: TIMEOUT_EARLY_MS }).handler((event, _context, { signal }) =>
    handler(event, { signal }),
  );
}
