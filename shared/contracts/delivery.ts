import * as z from 'zod/mini';
import { type BusEvent, parseBusEvent, rollbackIdOf } from './bus-event.ts';
import { EVENT_SOURCE, EVENT_TYPES } from './events.ts';
import { parseJson } from './parse-json.ts';

/** What notify puts into its own queue: one event for one channel. */
const DeliverySchema = z.object({
  delivery: z.object({ channel: z.string() }),
  'detail-type': z.enum(EVENT_TYPES),
  detail: z.unknown(),
});

/** What the queue of notify holds. */
export type QueuedNews =
  | { readonly kind: 'event'; readonly event: BusEvent }
  | { readonly kind: 'delivery'; readonly event: BusEvent; readonly channel: string }
  | { readonly kind: 'malformed'; readonly problem: string };

/** The event as it came from the bus, and beside it the channel that it is for. */
export function deliveryBody(event: BusEvent, channel: string): string {
  const { id, type, version, time, data } = event;
  const correlationId = rollbackIdOf(event) ?? id;
  const metadata = { id, version, timestamp: time, service: EVENT_SOURCE, correlationId };
  return JSON.stringify({
    delivery: { channel },
    source: EVENT_SOURCE,
    'detail-type': type,
    detail: { metadata, data },
  });
}

/** What notify puts into its dead letters: a redrive of theirs brings it back as it is. */
const LetterSchema = z.object({ problem: z.string(), body: z.string() });

/** Reads a message of the queue, whoever has put it there. */
export function parseQueuedNews(text: string): QueuedNews {
  const letter = LetterSchema.safeParse(parseJson(text));
  return parseNews(letter.success ? letter.data.body : text);
}

function parseNews(text: string): QueuedNews {
  const parsed = parseBusEvent(text);
  if (parsed.kind === 'malformed') return parsed;
  const delivery = DeliverySchema.safeParse(parseJson(text));
  if (!delivery.success) return parsed;
  return { kind: 'delivery', event: parsed.event, channel: delivery.data.delivery.channel };
}
