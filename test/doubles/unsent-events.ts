import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { Outbox } from '#shared/ports/event-bus.ts';

const never = new AbortController().signal;

/** Every event that waits to be sent, oldest first. */
export async function unsentEvents(outbox: Outbox): Promise<OutboxEvent[]> {
  const events: OutboxEvent[] = [];
  let from: string | undefined;
  do {
    const page = await outbox.unsent(Number.MAX_SAFE_INTEGER, { limit: 1000, from }, never);
    events.push(...page.events);
    from = page.next;
  } while (from !== undefined);
  return events;
}
