import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { EventBus } from '#shared/ports/event-bus.ts';

export type LocalBus = EventBus & { subscribe(listener: (event: OutboxEvent) => void): void };

/** The bus of the local stack: in this process, told at once. */
export function localBus(): LocalBus {
  const listeners: ((event: OutboxEvent) => void)[] = [];
  return {
    async publish(events) {
      for (const event of events) for (const listener of listeners) listener(event);
      return [];
    },
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}
