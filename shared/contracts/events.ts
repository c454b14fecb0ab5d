import * as z from 'zod/mini';
import { OUTCOMES } from '#shared/domain/outcome.ts';
import { instant } from './instant.ts';
import { ReasonSchema } from './reason.ts';
import { SlaReportDataSchema } from './report-event.ts';

export const EVENT_SOURCE = 'weightless';
/** The envelope's and the data's major version: additions do not change it. */
export const EVENT_SCHEMA_VERSION = 1;

const strings = z.record(z.string(), z.string());
const ShareSchema = z.object({ to: z.string(), weight: z.number() });

export const CommandSchema = z.object({ does: z.string(), run: z.string() });
export const WeightChangeSchema = z.object({
  virtualService: z.string(),
  route: z.string(),
  before: z.array(ShareSchema),
  after: z.array(ShareSchema),
});
export const ResidualSchema = z.object({
  kind: z.enum([
    'header-route',
    'overlapping-destination',
    'route-table-invalid',
    'unmanaged-virtual-service',
    'unmanaged-mirror',
  ]),
  virtualService: z.string(),
  route: z.string(),
  what: z.string(),
});
export const SlaSchema = z.object({
  targetMs: z.number(),
  alertToZeroMs: z.optional(z.number()),
  met: z.optional(z.boolean()),
  late: z.boolean(),
  clockSkew: z.boolean(),
  count: z.enum(['met', 'missed', 'not-counted', 'open']),
});

/** Who asked by hand, by the name of the token, and why. */
export const RequesterSchema = z.object({ name: z.string(), reason: z.string() });

/** What every rollback event tells: the record as it stands then. Times are ISO 8601 in UTC. */
const RollbackDataSchema = z.object({
  rollbackId: z.string(),
  episodeId: z.optional(z.string()),
  cluster: z.string(),
  canary: z.string(),
  virtualServices: z.array(z.string()),
  outcome: z.enum(OUTCOMES),
  reason: z.optional(ReasonSchema),
  message: z.string(),
  commands: z.array(CommandSchema),
  alert: z.object({
    name: z.string(),
    fingerprint: z.string(),
    startsAt: instant,
    labels: strings,
    annotations: strings,
    generatorUrl: z.optional(z.string()),
  }),
  weights: z.array(WeightChangeSchema),
  residual: z.union([z.array(ResidualSchema), z.literal('unknown')]),
  stableReadiness: z.enum(['ready', 'not-ready', 'unknown', 'not-asked']),
  timeline: z.object({
    firedAt: instant,
    receivedAt: instant,
    targetedAt: z.optional(instant),
    zeroedAt: z.optional(instant),
    zeroedPrecision: z.optional(z.enum(['observed', 'journal'])),
    recordedAt: instant,
    /** When the first channel had taken the first message about it. */
    notifiedAt: z.optional(instant),
    verifiedAt: z.optional(instant),
    alertResolvedAt: z.optional(instant),
  }),
  sla: SlaSchema,
  /** Absent where an alert did. */
  requestedBy: z.optional(RequesterSchema),
  /** True where a person must be woken. */
  pages: z.boolean(),
});

const data = <T extends z.core.$ZodLooseShape>(shape: T) => z.extend(RollbackDataSchema, shape);

/** `by` and `why` are absent where the hold ended by itself. */
const endOfHold = { virtualService: z.string(), by: z.optional(z.string()), why: z.optional(z.string()) };

/** The data of each detail-type that tells of a rollback. */
export const ROLLBACK_EVENT_DATA = {
  RollbackCompleted: data({ outcome: z.literal('rolled-back') }),
  RollbackSuggested: data({ reason: ReasonSchema }),
  RollbackSkipped: data({ outcome: z.enum(['skipped', 'observed', 'already-zero']), reason: ReasonSchema }),
  RollbackRefused: data({ outcome: z.literal('refused'), reason: ReasonSchema }),
  RollbackFailed: data({ outcome: z.literal('failed'), reason: ReasonSchema }),
  RollbackSlaBreached: data({}),
  RollbackReverted: data({
    revert: z.number(),
    /** The field manager that wrote the routes last, and when, where the object says so. */
    revertedBy: z.optional(z.string()),
    revertedAt: z.optional(instant),
  }),
  RollbackReasserted: data({ reassert: z.number() }),
  RollbackRestored: data(endOfHold),
  HoldReleased: data(endOfHold),
  RollbackUnverified: data({ requestsPerSecond: z.number() }),
  /** Told only where `RollbackUnverified` was: that the requests stopped as they should is in the record. */
  RollbackVerified: data({}),
  AlertResolved: data({}),
} as const;

/** The data of each detail-type. */
export const EVENT_DATA = { ...ROLLBACK_EVENT_DATA, SlaReported: SlaReportDataSchema } as const;

export type RollbackEventType = keyof typeof ROLLBACK_EVENT_DATA;
export type EventType = keyof typeof EVENT_DATA;
export type RollbackData = z.infer<typeof RollbackDataSchema>;

const MetadataSchema = z.object({
  /** The same whenever the same event is sent again: EventBridge gives a forwarded event a new id of its own. */
  id: z.string(),
  version: z.literal(EVENT_SCHEMA_VERSION),
  timestamp: instant,
  service: z.literal(EVENT_SOURCE),
  correlationId: z.string(),
});

/** What stands in an EventBridge event's `detail`, by detail-type. */
export function detailSchema(type: EventType) {
  return z.object({ metadata: MetadataSchema, data: EVENT_DATA[type] });
}

export const ROLLBACK_EVENT_TYPES = Object.keys(ROLLBACK_EVENT_DATA) as [RollbackEventType, ...RollbackEventType[]];
export const EVENT_TYPES = Object.keys(EVENT_DATA) as [EventType, ...EventType[]];

/** `createdAt` in epoch ms. */
const written = { id: z.string(), createdAt: z.number() };

/** An event on its way out: written in the transaction of the change that it tells of. */
export const RollbackOutboxEventSchema = z.object({
  ...written,
  rollbackId: z.string(),
  type: z.enum(ROLLBACK_EVENT_TYPES),
  detail: z.object({ metadata: MetadataSchema, data: z.looseObject({ rollbackId: z.string() }) }),
});
export type RollbackOutboxEvent = z.infer<typeof RollbackOutboxEventSchema>;

/** One that tells of no rollback, but of a week: written together with the note that it was told of. */
export const ReportOutboxEventSchema = z.object({
  ...written,
  rollbackId: z.optional(z.undefined()),
  type: z.literal('SlaReported'),
  detail: z.object({
    metadata: MetadataSchema,
    data: z.looseObject({ window: z.object({ from: z.string(), to: z.string() }) }),
  }),
});
export type ReportOutboxEvent = z.infer<typeof ReportOutboxEventSchema>;

export type OutboxEvent = RollbackOutboxEvent | ReportOutboxEvent;
