import type { Log } from '#shared/ports/telemetry.ts';

/** For lists that skip an item which does not parse: somebody should know that it is there. */
export function logUnreadable(log: Log): (key: string, cause: unknown) => void {
  return (key, cause) =>
    log.error('An item of the table cannot be read and is left out', { key, cause: String(cause) });
}
