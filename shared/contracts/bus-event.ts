import './zod-words.ts';
import * as z from 'zod/mini';
import { EVENT_SOURCE, type EventType, OutboxEventSchema } from './events.ts';
import { parseJson } from './parse-json.ts';

const { type, detail } = OutboxEventSchema.shape;

/** EventBridge's envelope around one of our events; its own id is a new one each time, ours is in the metadata. */
const EnvelopeSchema = z.object({
  source: z.literal(EVENT_SOURCE),
  'detail-type': type,
  detail: z.extend(detail, { data: z.extend(detail.shape.data, { cluster: z.string(), canary: z.string() }) }),
});

/** One of our events as it comes from the bus. */
export type BusEvent = {
  /** The same however often it comes. */
  readonly id: string;
  readonly type: EventType;
  /** Of its data. */
  readonly version: number;
  /** ISO 8601, in UTC. */
  readonly time: string;
  readonly data: {
    readonly rollbackId: string;
    readonly cluster: string;
    readonly canary: string;
    readonly [key: string]: unknown;
  };
};

export type ParsedBusEvent =
  | { readonly kind: 'event'; readonly event: BusEvent }
  | { readonly kind: 'malformed'; readonly problem: string };

/** Reads what EventBridge puts into a queue. What the data holds beside its names is passed on as it is. */
export function parseBusEvent(text: string): ParsedBusEvent {
  const parsed = EnvelopeSchema.safeParse(parseJson(text));
  if (!parsed.success) return { kind: 'malformed', problem: z.prettifyError(parsed.error).slice(0, MAX_PROBLEM_CHARS) };
  const { 'detail-type': name, detail: told } = parsed.data;
  const { id, version, timestamp } = told.metadata;
  return { kind: 'event', event: { id, type: name, version, time: timestamp, data: told.data } };
}

const MAX_PROBLEM_CHARS = 1000;
