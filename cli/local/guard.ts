import { setInterval as every } from 'node:timers/promises';
import { createGuardHandler } from '#functions/guard/create-handler.ts';
import type { Settings } from '#shared/contracts/settings.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { EventBus } from '#shared/ports/event-bus.ts';
import type { Log } from '#shared/ports/telemetry.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import { wordsOf } from '../words-of.ts';
import { noMeter } from './service.ts';
import type { LocalStore } from './store.ts';

const MINUTE_MS = 60_000;

export type LocalGuardDeps = {
  readonly settings: Settings;
  readonly cluster: Cluster;
  readonly store: Pick<LocalStore, 'rollbackLog' | 'dayLog' | 'weekLog' | 'outbox'>;
  readonly bus: EventBus;
  readonly log: Log;
  readonly everyMs?: number;
};

/** Runs guard each minute until it is stopped, as the deployed schedule does. A run that fails is told; the next one goes on. */
export function startGuard({ settings, cluster, store, bus, log, everyMs = MINUTE_MS }: LocalGuardDeps): {
  stop(): Promise<void>;
} {
  const guard = createGuardHandler({
    settings: async () => settings,
    clusters: async () => [cluster],
    rollbackLog: store.rollbackLog,
    dayLog: store.dayLog,
    weekLog: store.weekLog,
    outbox: store.outbox,
    bus,
    clock: systemClock,
    log,
    meter: noMeter,
  });
  const stopping = new AbortController();

  async function run(): Promise<void> {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(MINUTE_MS)]);
    try {
      await guard({}, { signal });
    } catch (fault) {
      if (!stopping.signal.aborted) log.error('A run of guard failed', { cause: wordsOf(fault) });
    }
  }
  async function runEach(): Promise<void> {
    try {
      for await (const _ of every(everyMs, undefined, { signal: stopping.signal, ref: false })) await run();
    } catch {
      // The wait was ended by stop().
    }
  }

  const running = runEach();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}
