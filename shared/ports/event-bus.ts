import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { Page } from './page.ts';

/** One event that the bus did not take, with its words. */
export type Refused = {
  readonly event: OutboxEvent;
  readonly message: string;
  /** The bus will never take it: it is the event that is wrong, and not the hour. */
  readonly final: boolean;
};

/** Where events go. Throws where the bus as a whole does not answer. */
export type EventBus = {
  publish(events: readonly OutboxEvent[], signal: AbortSignal): Promise<readonly Refused[]>;
};

/** The items that wait to be sent. */
export type Outbox = {
  /** Clears the mark by which an unsent item is found again. */
  markSent(events: readonly OutboxEvent[], signal: AbortSignal): Promise<void>;
  /** Those written before `olderThan` (epoch ms) and not sent, in pages: what cannot be sent hides nothing behind it. */
  unsent(olderThan: number, page: Page, signal: AbortSignal): Promise<UnsentPage>;
};

/** `next` is absent after the last page; a page may hold fewer than its limit, or none, and not be the last. */
export type UnsentPage = { readonly events: readonly OutboxEvent[]; readonly next?: string | undefined };
