import { type PutEventsServer, startPutEventsServer } from '#test/doubles/put-events-server.ts';
import type { FaultWorld, OnEnd } from './fault-world.ts';
import { type FunctionProcess, Killed } from './function-process.ts';

/** As guard sees it, the delivery has ended long ago. */
const LATER_MS = 120_000;
const MOST_RUNS = 5;

/** The guard function, as the schedule invokes it: each run may fail, and the next one comes. Answers what it sent. */
export async function runGuard(world: FaultWorld, onEnd: OnEnd): Promise<PutEventsServer['taken']> {
  const bus = await startPutEventsServer();
  onEnd(bus.stop);
  const env = { AWS_ENDPOINT_URL_EVENTBRIDGE: bus.endpoint };
  let failure: unknown;
  for (let run = 1; run <= MOST_RUNS; run += 1) {
    let guard: FunctionProcess | undefined;
    try {
      guard = await world.start('guard', env, { clockMs: LATER_MS });
      await guard.invoke({}, 60_000);
      return bus.taken;
    } catch (error) {
      if (!(error instanceof Killed)) failure = error;
      await guard?.stop();
    }
  }
  throw new Error(`No run of guard ended well in ${MOST_RUNS}`, { cause: failure });
}
