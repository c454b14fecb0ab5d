import type { RawAlert } from '#test/builders/alert.ts';
import type { Delivered, FaultWorld } from './fault-world.ts';
import { type FunctionProcess, Killed } from './function-process.ts';

const MOST_TRIES = 6;

/**
 * Sends as Alertmanager does: again after every 5xx, and where nobody answers, to a new instance. On a machine that has
 * no time to spare a delivery may be cut short without a fault of the tests'.
 */
export async function insist(
  world: FaultWorld,
  rollback?: FunctionProcess,
  alerts?: readonly RawAlert[],
): Promise<Delivered> {
  let instance = rollback;
  let last: Delivered | undefined;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    try {
      instance ??= await world.start();
      last = await world.deliver(instance, alerts);
      if (last.status < 500) return last;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      instance = undefined;
    }
  }
  if (!last) throw new Error(`No instance answered in ${MOST_TRIES} tries`);
  return last;
}
