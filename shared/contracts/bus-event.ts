import './zod-words.ts';
import * as z from 'zod/mini';
import { EVENT_SOURCE, ReportOutboxEventSchema, type RollbackEventType, RollbackOutboxEventSchema } from './events.ts';
import { parseJson } from './parse-json.ts';

const { type, detail } = RollbackOutboxEventSchema.shape;
const report = ReportOutboxEventSchema.shape;
const source = z.literal(EVENT_SOURCE);

/** EventBridge's envelope around one of our events; its own id is a new one each time, ours is in the metadata. */
const EnvelopeSchema = z.discriminatedUnion('detail-type', [
  z.object({
    source,
    'detail-type': type,
    detail: z.extend(detail, { data: z.extend(detail.shape.data, { cluster: z.string(), canary: z.string() }) }),
  }),
  z.object({ source, 'detail-type': report.type, detail: report.detail }),
]);

type Envelope = {
  /** The same however often it comes. */
  readonly id: string;
  /** Of its data. */
  readonly version: number;
  /** ISO 8601, in UTC. */
  readonly time: string;
};

/** One that tells of a rollback, as it comes from the bus. */
export type RollbackBusEvent = Envelope & {
  readonly type: RollbackEventType;
  readonly data: {
    readonly rollbackId: string;
    readonly cluster: string;
    readonly canary: string;
    readonly [key: string]: unknown;
  };
};

/** One that tells of a week. */
export type ReportBusEvent = Envelope & {
  readonly type: 'SlaReported';
  readonly data: { readonly window: { readonly from: string; readonly to: string }; readonly [key: string]: unknown };
};

/** One of our events as it comes from the bus. */
export type BusEvent = RollbackBusEvent | ReportBusEvent;

export type ParsedBusEvent =
  | { readonly kind: 'event'; readonly event: BusEvent }
  | { readonly kind: 'malformed'; readonly problem: string };

/** Reads what EventBridge puts into a queue. What the data holds beside its names is passed on as it is. */
export function parseBusEvent(text: string): ParsedBusEvent {
  const parsed = EnvelopeSchema.safeParse(parseJson(text));
  if (!parsed.success) return { kind: 'malformed', problem: z.prettifyError(parsed.error).slice(0, MAX_PROBLEM_CHARS) };
  const told = parsed.data;
  const { id, version, timestamp } = told.detail.metadata;
  const envelope = { id, version, time: timestamp };
  const event: BusEvent =
    told['detail-type'] === 'SlaReported'
      ? { ...envelope, type: told['detail-type'], data: told.detail.data }
      : { ...envelope, type: told['detail-type'], data: told.detail.data };
  return { kind: 'event', event };
}

/** Undefined for an event that is about none. */
export function rollbackIdOf(event: BusEvent): string | undefined {
  return event.type === 'SlaReported' ? undefined : event.data.rollbackId;
}

const MAX_PROBLEM_CHARS = 1000;
