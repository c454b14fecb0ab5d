import type { EventBus, Outbox } from '#shared/ports/event-bus.ts';
import type { Log } from '#shared/ports/telemetry.ts';
import { wordsOf } from '../words-of.ts';

const MAX_WAITING = 1000;

/** Sends what an earlier run wrote and did not. What the bus refuses, and what a fault keeps here, waits for the next. */
export async function sendWaiting(outbox: Outbox, bus: EventBus, log: Log): Promise<void> {
  const signal = AbortSignal.timeout(5000);
  try {
    const waiting = await outbox.unsent(Date.now(), MAX_WAITING, signal);
    if (waiting.length === 0) return;
    const refused = await bus.publish(waiting, signal);
    for (const { event, message } of refused) log.error('An event was not sent', { event: event.id, message });
    const kept = new Set(refused.map(({ event }) => event.id));
    await outbox.markSent(
      waiting.filter(({ id }) => !kept.has(id)),
      signal,
    );
  } catch (fault) {
    log.error('Events of an earlier run were not sent', {
      cause: wordsOf(fault),
    });
  }
}
