import { type RollbackChange, StoreFault } from '#shared/ports/rollback-log.ts';
import type { RecordDeps } from './record-rollbacks.ts';

/** More racing writers than this are not a race. */
const MAX_TRIES = 8;
const FIRST_PAUSE_MS = 5;

/** What was decided from what was just read: the change to write, if any, and what it comes to. */
export type Decided<T> = { readonly change?: RollbackChange | undefined; readonly result: T };

/**
 * Reads, decides and writes, and does so again where another writer was first. `what` names it in the fault. Throws
 * StoreFault.
 */
export async function writeInRace<T>(
  what: string,
  decide: () => Promise<Decided<T>>,
  { log, clock }: RecordDeps,
  signal: AbortSignal,
): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const { change, result } = await decide();
    if (!change || (await log.commit(change, signal)) === 'written') return result;
    // Writers that met once would meet again at the same pace.
    await clock.sleep(Math.random() * FIRST_PAUSE_MS * 2 ** tries, signal).catch(() => undefined);
  }
  throw new StoreFault(`${what} kept changing: ${MAX_TRIES} writes met another writer’s`);
}
