import * as z from 'zod/mini';
import { OUTCOMES } from '#shared/domain/outcome.ts';
import { CommandSchema, EVENT_DATA, ResidualSchema, WeightChangeSchema } from './events.ts';
import { ReasonSchema } from './reason.ts';

/** A record as every event tells of it. */
const rollback = EVENT_DATA.RollbackSlaBreached;
const commands = z.array(CommandSchema);
const names = z.array(z.string());
const weights = z.array(WeightChangeSchema);
const residual = z.union([z.array(ResidualSchema), z.literal('unknown')]);

/** RFC 6902, as it is, or would be, sent. */
const patch = z.array(
  z.object({
    op: z.enum(['add', 'replace', 'test', 'remove']),
    path: z.string(),
    value: z.optional(z.unknown()),
  }),
);

/** What one canary came to; of more than one is told only where the request fits several. */
const ResultSchema = z.object({
  outcome: z.enum(OUTCOMES),
  reason: z.optional(ReasonSchema),
  message: z.string(),
  commands,
  /** Absent where it is not recorded. */
  rollback: z.optional(rollback),
});

/** What it would come to. */
const TriedResultSchema = z.object({
  outcome: z.enum(OUTCOMES),
  reason: z.optional(ReasonSchema),
  message: z.string(),
  commands,
  canary: z.optional(z.string()),
  weights: z.optional(weights),
  residual: z.optional(residual),
});

const done = { results: z.array(ResultSchema) };
const tried = {
  dryRun: z.literal(true),
  results: z.array(TriedResultSchema),
  patches: z.array(z.object({ virtualService: z.string(), patch })),
};

/** `POST /v1/rollbacks`: the canary is at zero, or would be. */
export const RollbackAnswerSchema = z.union([z.object(tried), z.object(done)]);

/** It is not, and the results say why. */
export const RollbackProblemSchema = z.union([
  z.object({ error: z.string(), ...tried }),
  z.object({ error: z.string(), ...done, commands: z.optional(commands) }),
  z.object({ error: z.string(), reason: z.optional(ReasonSchema), commands }),
]);

/** `POST /v1/rollbacks/{id}/restore` */
export const RestoreAnswerSchema = z.union([
  z.object({
    dryRun: z.literal(true),
    restoredBefore: names,
    message: z.string(),
    patches: z.array(z.object({ virtualService: z.string(), patch, weights })),
  }),
  z.object({ restored: names, restoredBefore: names, message: z.string(), rollback }),
]);

const shares = WeightChangeSchema.shape.after;
const RESTORE_PROBLEMS = [
  ...['nothing-to-undo', 'not-managed', 'undo-dropped', 'undo-does-not-fit', 'changed'],
  ...['other-destinations', 'no-room', 'conflict', 'denied'],
] as const;
const RestoreProblemSchema = z.object({
  virtualService: z.string(),
  problem: z.enum(RESTORE_PROBLEMS),
  message: z.string(),
  difference: z.optional(
    z.object({
      routes: z.array(z.object({ route: z.string(), left: shares, now: z.optional(shares) })),
      /** Something else of the spec changed. */
      elsewhere: z.boolean(),
    }),
  ),
  commands,
});

/** Why it is not restored, by VirtualService; or what keeps all of it from being done. */
export const RestoreRefusalSchema = z.union([
  z.object({ error: z.string(), problems: z.array(RestoreProblemSchema), restored: names, commands }),
  z.object({ error: z.string(), reason: z.optional(ReasonSchema), commands }),
]);

/** `POST /v1/holds/{cluster}/{namespace}/{name}/release` */
export const ReleaseAnswerSchema = z.union([
  z.object({
    dryRun: z.literal(true),
    message: z.string(),
    patches: z.array(z.object({ virtualService: z.string(), patch })),
  }),
  z.object({ released: z.boolean(), rollbackIds: names, message: z.string() }),
]);

/** Why it is not released. */
export const ReleaseRefusalSchema = z.object({
  error: z.string(),
  reason: z.optional(z.union([ReasonSchema, z.enum(RESTORE_PROBLEMS)])),
  commands,
});
