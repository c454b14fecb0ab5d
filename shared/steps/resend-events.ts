import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { EventBus, Outbox, Refused } from '#shared/ports/event-bus.ts';

const PAGE_EVENTS = 100;

export type ResendDeps = { readonly bus: EventBus; readonly outbox: Outbox };

export type Resent = {
  readonly sent: number;
  /** What is still not on the bus: refused, or not tried where the bus does not answer. */
  readonly unsent: number;
  readonly refused: readonly Refused[];
  /** Why the bus took nothing more. */
  readonly busFault?: unknown;
};

/**
 * Puts the events that were written before a time, and not sent, on the bus again, under the ids that they have. Page
 * after page: one that the bus refuses stays, and hides none behind it. Throws StoreFault.
 */
export async function resendEvents(
  { bus, outbox }: ResendDeps,
  olderThan: number,
  signal: AbortSignal,
): Promise<Resent> {
  const refused: Refused[] = [];
  let sent = 0;
  let unsent = 0;
  let busFault: unknown;
  let from: string | undefined;
  do {
    const page = await outbox.unsent(olderThan, { limit: PAGE_EVENTS, from }, signal);
    from = page.next;
    const tried = busFault === undefined ? await publish(page.events, bus, signal) : { taken: [], refused: [] };
    busFault ??= 'fault' in tried ? tried.fault : undefined;
    // At once, page for page: what is marked is not sent again, should the rest fail.
    if (tried.taken.length > 0) await outbox.markSent(tried.taken, signal);
    refused.push(...tried.refused);
    sent += tried.taken.length;
    unsent += page.events.length - tried.taken.length;
  } while (from !== undefined);
  return { sent, unsent, refused, ...(busFault === undefined ? {} : { busFault }) };
}

type Tried = { readonly taken: readonly OutboxEvent[]; readonly refused: readonly Refused[]; readonly fault?: unknown };

async function publish(events: readonly OutboxEvent[], bus: EventBus, signal: AbortSignal): Promise<Tried> {
  if (events.length === 0) return { taken: [], refused: [] };
  try {
    const refused = await bus.publish(events, signal);
    const kept = new Set(refused.map(({ event }) => event.id));
    return { taken: events.filter(({ id }) => !kept.has(id)), refused };
  } catch (fault) {
    return { taken: [], refused: [], fault };
  }
}
