import { createGuardHandler, type GuardFunctionDeps, type GuardHandler } from '#functions/guard/create-handler.ts';
import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { EventBus, Refused } from '#shared/ports/event-bus.ts';
import { foldedDayLog } from './folded-day-log.ts';
import { type Gate, gatedBus, gatedCluster, gatedOutbox, gatedRollbackLog } from './gated.ts';
import type { rollbackService } from './rollback-service.ts';

type Service = ReturnType<typeof rollbackService>;

export type RecordingBus = EventBus & { readonly taken: readonly OutboxEvent[] };

/** A bus that keeps what it takes, and refuses the events of these ids. */
export function recordingBus(refuses: (event: OutboxEvent) => boolean = () => false): RecordingBus {
  const taken: OutboxEvent[] = [];
  return {
    taken,
    async publish(events) {
      const refused: Refused[] = events.filter(refuses).map((event) => ({ event, message: 'too large', final: true }));
      taken.push(...events.filter((event) => !refuses(event)));
      return refused;
    },
  };
}

/** Takes nothing, so that all that was told can be seen in the outbox. */
export const deafBus: EventBus = recordingBus(() => true);

/** Guard beside a rollback service, over the same doubles. */
export function guardOf(service: Service, overrides: Partial<GuardFunctionDeps> = {}): GuardHandler {
  return createGuardHandler({
    settings: async () => service.settings,
    clusters: async () => service.clusters,
    rollbackLog: service.store,
    dayLog: foldedDayLog(),
    weekLog: service.store.weekLog,
    outbox: service.store.outbox,
    bus: deafBus,
    clock: service.clock,
    log: service.log,
    meter: service.meter,
    ...overrides,
  });
}

export function runGuardOf(service: Service, overrides: Partial<GuardFunctionDeps> = {}) {
  return guardOf(service, overrides)({}, { signal: new AbortController().signal });
}

/** Guard in a process of its own that the gate stops before and after each effect. */
export function gatedGuard(
  service: Service,
  gate: Gate,
  { bus = deafBus, clusters = service.clusters }: { bus?: EventBus; clusters?: readonly Cluster[] } = {},
): GuardHandler {
  return guardOf(service, {
    clusters: async () => clusters.map((one) => gatedCluster(one, gate)),
    rollbackLog: gatedRollbackLog(service.store, gate),
    outbox: gatedOutbox(service.store.outbox, gate),
    bus: gatedBus(bus, gate),
  });
}
