import * as z from 'zod/mini';
import { $ZodError } from 'zod/v4/core';
import { OUTCOMES } from '#shared/domain/outcome.ts';
import type { RollbackRecord, TargetRecord } from '#shared/domain/rollback-record.ts';
import {
  CommandSchema,
  type OutboxEvent,
  ReportOutboxEventSchema,
  RequesterSchema,
  ResidualSchema,
  RollbackOutboxEventSchema,
  SlaSchema,
  WeightChangeSchema,
} from './events.ts';
import { historyEntrySchema } from './history.ts';
import { ReasonSchema } from './reason.ts';

/**
 * What the table holds. The items are loose: a field that a newer version wrote survives when an older one writes the
 * record again. `unfinished` stands in those of which guard's index is made, and never in the record itself.
 */
const keys = { pk: z.string(), sk: z.string(), expiresAt: z.optional(z.int()) };
const version = z.int().check(z.positive());
const epochMs = z.number();
const strings = z.record(z.string(), z.string());

const AlertSchema = z.object({
  name: z.string(),
  fingerprint: z.string(),
  labels: strings,
  annotations: strings,
  generatorUrl: z.optional(z.string()),
});

const TimelineSchema = z.object({
  firedAt: epochMs,
  receivedAt: epochMs,
  targetedAt: z.optional(epochMs),
  zeroedAt: z.optional(epochMs),
  zeroedPrecision: z.optional(z.enum(['observed', 'journal'])),
  recordedAt: epochMs,
  verifiedAt: z.optional(epochMs),
  alertResolvedAt: z.optional(epochMs),
  notifiedAt: z.optional(epochMs),
});

export const RollbackItemSchema = z.looseObject({
  ...keys,
  day: z.string(),
  received: z.string(),
  id: z.string(),
  version,
  cluster: z.string(),
  canary: z.string(),
  virtualServices: z.array(z.string()),
  outcome: z.enum(OUTCOMES),
  reason: z.optional(ReasonSchema),
  message: z.string(),
  commands: z.array(CommandSchema),
  alert: AlertSchema,
  truncatedAlerts: z.number(),
  weights: z.array(WeightChangeSchema),
  residual: z.union([z.array(ResidualSchema), z.literal('unknown')]),
  stableReadiness: z.enum(['ready', 'not-ready', 'unknown', 'not-asked']),
  unknowns: z.array(z.string()),
  timeline: TimelineSchema,
  sla: SlaSchema,
  pages: z.boolean(),
  episode: z.optional(z.object({ id: z.string(), firedAt: epochMs, countedBy: z.optional(z.string()) })),
  requestedBy: z.optional(RequesterSchema),
  history: z.array(historyEntrySchema(epochMs)),
  supersededBy: z.optional(z.string()),
  slaBreachedAt: z.optional(epochMs),
  unfinished: z.optional(z.string()),
});

export const TargetItemSchema = z.looseObject({
  ...keys,
  cluster: z.string(),
  canary: z.string(),
  version,
  firings: z.array(z.string()),
  holdUntil: z.optional(epochMs),
  episode: z.object({
    id: z.string(),
    firedAt: epochMs,
    countedBy: z.optional(z.string()),
    unresolved: z.array(z.string()),
    closedAt: z.optional(epochMs),
  }),
});

/** Says which rollbacks one firing has; only its keys matter. */
export const FiringPointerItemSchema = z.looseObject({ ...keys, rollbackId: z.string() });

/** An event that waits to be sent carries `unsent`; the index over it holds no others. */
const eventKeys = { ...keys, unsent: z.optional(z.string()) };
export const EventItemSchema = z.discriminatedUnion('type', [
  z.extend(RollbackOutboxEventSchema, eventKeys),
  z.extend(ReportOutboxEventSchema, eventKeys),
]);

/** The last week that people were told of, by the day after its last one. */
export const WeekItemSchema = z.looseObject({ ...keys, to: z.string() });

/** A request by hand, under the key that its sender gave it. */
export const RequestItemSchema = z.looseObject({ ...keys, key: z.string(), receivedAt: epochMs, digest: z.string() });

/** @throws ZodError */
export function parseRollbackItem(item: unknown): RollbackRecord {
  const { pk, sk, expiresAt, day, received, unfinished, ...record } = RollbackItemSchema.parse(item);
  return record;
}

/** @throws ZodError */
export function parseTargetItem(item: unknown): TargetRecord {
  const { pk, sk, expiresAt, ...target } = TargetItemSchema.parse(item);
  return target;
}

/** @throws ZodError */
export function parseRequestItem(item: unknown): z.infer<typeof RequestItemSchema> {
  return RequestItemSchema.parse(item);
}

/** The rollback's id. @throws ZodError */
export function parseFiringPointerItem(item: unknown): string {
  return FiringPointerItemSchema.parse(item).rollbackId;
}

/** @throws ZodError */
export function parseEventItem(item: unknown): OutboxEvent {
  const { pk, sk, expiresAt, unsent, ...event } = EventItemSchema.parse(item);
  return event;
}

/** The day after the week's last one. @throws ZodError */
export function parseWeekItem(item: unknown): string {
  return WeekItemSchema.parse(item).to;
}

/** What is wrong with an item that did not parse, or undefined where the error is another one. */
export function itemProblems(error: unknown): string | undefined {
  if (!(error instanceof $ZodError)) return undefined;
  return `an item is not what this version writes: ${z.prettifyError(error)}`;
}
