import { expect } from 'vitest';
import type { OutboxEvent } from '#shared/contracts/events.ts';
import { readJournal } from '#shared/contracts/journal.ts';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import type { JournalEntry } from '#shared/domain/journal.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { type PutEventsServer, startPutEventsServer } from '#test/doubles/put-events-server.ts';
import { type FaultProxy, startFaultProxy } from '../proxy/fault-proxy.ts';
import type { FaultStage } from './fault-stage.ts';
import { type FaultWorld, type OnEnd, openWorld, type WorldOptions } from './fault-world.ts';
import { type Kill, Killed } from './function-process.ts';
import { insist } from './insist.ts';
import type { Tally } from './tally.ts';

/** A world whose guard is watched: what it sends goes through a proxy. */
export type GuardedWorld = FaultWorld & {
  readonly bus: PutEventsServer;
  readonly busProxy: FaultProxy;
  /** The one rollback. */
  record(): Promise<RollbackRecord>;
  /** Somebody writes the spec of before the rollback once more. */
  putBack(): Promise<unknown>;
  entries(): Promise<readonly JournalEntry[]>;
  /** One run of guard, whose clock is so far on; answers what it wrote. Throws where the run fails, or is killed. */
  guard(clockMs: number, spawned?: (kill: Kill) => void): Promise<string>;
  /** Runs of guard until one ends well: it may fail on a slow machine, and then the next one comes. */
  guardAgain(clockMs: number): Promise<string>;
};

const GUARD_TIMEOUT_MS = 60_000;
const MOST_RUNS = 5;

/** Its canary was taken to zero, for an alert. */
export async function openHeldWorld(
  stage: FaultStage,
  onEnd: OnEnd,
  options: WorldOptions = {},
): Promise<GuardedWorld> {
  const world = await openGuardedWorld(stage, onEnd, options);
  expect(await insist(world)).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
  return world;
}

export async function openGuardedWorld(
  stage: FaultStage,
  onEnd: OnEnd,
  options: WorldOptions = {},
): Promise<GuardedWorld> {
  const world = await openWorld(stage, onEnd, options);
  const bus = await startPutEventsServer();
  const busProxy = await startFaultProxy({ url: bus.endpoint });
  onEnd(async () => {
    await Promise.all([busProxy.stop(), bus.stop()]);
  });

  async function guard(clockMs: number, spawned?: (kill: Kill) => void): Promise<string> {
    const env = { AWS_ENDPOINT_URL_EVENTBRIDGE: busProxy.url };
    const instance = await world.start('guard', env, { clockMs, spawned });
    try {
      await instance.invoke({}, GUARD_TIMEOUT_MS);
      return instance.output();
    } finally {
      await instance.stop();
    }
  }
  return {
    ...world,
    bus,
    busProxy,
    async record() {
      const [record, ...more] = await world.records();
      expect(more).toEqual([]);
      if (!record) throw new Error('There is no record of the rollback');
      return record;
    },
    putBack: () => world.merge({ spec: world.spec }),
    entries: async () => readJournal(parseVirtualService(await world.object())).entries,
    guard,
    async guardAgain(clockMs) {
      let failure: unknown;
      for (let run = 1; run <= MOST_RUNS; run += 1) {
        try {
          return await guard(clockMs);
        } catch (error) {
          if (!(error instanceof Killed)) failure = error;
        }
      }
      throw new Error(`No run of guard ended well in ${MOST_RUNS}`, { cause: failure });
    },
  };
}

/** Each of these was told, once; where the bus was told again it was under the same id. */
export async function expectTold(
  world: GuardedWorld,
  row: Tally,
  types: readonly OutboxEvent['type'][],
): Promise<void> {
  const events = await world.events();
  expect(events.map(({ type }) => type).sort()).toEqual([...types].sort());
  const sent = world.bus.taken.map(({ Detail }): string => JSON.parse(Detail).metadata.id);
  expect(new Set(sent)).toEqual(new Set(events.map(({ id }) => id)));
  const times = [...Map.groupBy(sent, (id) => id).values()].map(({ length }) => length);
  row.measure('times that one event was put on the bus:', Math.max(...times));
}
