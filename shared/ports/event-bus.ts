import type { OutboxEvent } from '#shared/contracts/events.ts';

/** One event that the bus did not take, with its words. */
export type Refused = { readonly event: OutboxEvent; readonly message: string };

/** Where events go. Throws where the bus as a whole does not answer. */
export type EventBus = {
  publish(events: readonly OutboxEvent[], signal: AbortSignal): Promise<readonly Refused[]>;
};

/** The items that wait to be sent. */
export type Outbox = {
  /** Clears the mark by which an unsent item is found again. */
  markSent(events: readonly OutboxEvent[], signal: AbortSignal): Promise<void>;
  /** Those written before `olderThan` (epoch ms) and not sent. */
  unsent(olderThan: number, limit: number, signal: AbortSignal): Promise<readonly OutboxEvent[]>;
};
