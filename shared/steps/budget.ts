import type { Clock } from '#shared/ports/clock.ts';
import { ClusterFault } from '#shared/ports/cluster.ts';

/** The time that one delivery has, from its receipt. */
export type Budget = { readonly signal: AbortSignal; readonly clock: Clock; readonly endsAt: number };

/** Leaves the function time to record and answer before Lambda's time-out of 15 s. */
export const DELIVERY_BUDGET_MS = 8000;

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 1000;

export function startBudget(clock: Clock, signal: AbortSignal, receivedAt: number): Budget {
  const endsAt = receivedAt + DELIVERY_BUDGET_MS;
  return { signal: AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, endsAt - clock.now()))]), clock, endsAt };
}

export function remainingMs({ clock, endsAt }: Budget): number {
  return endsAt - clock.now();
}

/**
 * Tries again while the fault can mend itself and the time lasts: after what the API server asks for (Retry-After), or
 * with growing, jittered waits.
 */
export async function withRetries<T>(budget: Budget, attempt: () => Promise<T>): Promise<T> {
  let said: unknown;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (fault) {
      // A try that our own time cut short tells less than what the cluster said to the one before it.
      said = said !== undefined && budget.signal.aborted ? said : fault;
      await waitAfter(said, tries, budget);
    }
  }
}

/** Throws the fault again where no retry can help, or none fits into the time left. */
async function waitAfter(fault: unknown, tries: number, budget: Budget): Promise<void> {
  if (!(fault instanceof ClusterFault && fault.retryable)) throw fault;
  const wait = waitBefore(tries, fault);
  if (wait >= remainingMs(budget)) throw fault;
  await budget.clock.sleep(wait, budget.signal).catch(() => {
    throw fault;
  });
}

function waitBefore(tries: number, { retryAfterMs }: ClusterFault): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
  const jittered = ceiling / 2 + Math.random() * (ceiling / 2);
  return retryAfterMs === undefined ? jittered : retryAfterMs + Math.random() * FIRST_WAIT_MS;
}
