import type { OutboxEvent } from '#shared/contracts/events.ts';
import { eventKey, UNSENT } from './keys.ts';
import { storableFields } from './storable.ts';

const KEEP_SECONDS = 7 * 24 * 60 * 60;

/** An event as it waits to be sent. */
export function eventItem(event: OutboxEvent): Record<string, unknown> {
  return {
    ...storableFields(event),
    ...eventKey(event.id),
    unsent: UNSENT,
    expiresAt: Math.floor(event.createdAt / 1000) + KEEP_SECONDS,
  };
}
