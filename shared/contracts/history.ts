import * as z from 'zod/mini';
import { OUTCOMES } from '#shared/domain/outcome.ts';
import { ReasonSchema } from './reason.ts';

/** What happened to a rollback later, by its kind; `time` is how instants are written there. */
export function historyEntrySchema<T extends z.ZodMiniType>(time: T) {
  const at = time;
  return z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('improved'),
      at,
      from: z.object({ outcome: z.enum(OUTCOMES), reason: z.optional(ReasonSchema) }),
    }),
    z.object({ kind: z.literal('reasserted'), at, number: z.number() }),
    z.object({
      kind: z.literal('reverted'),
      at,
      number: z.number(),
      by: z.optional(z.string()),
      writtenAt: z.optional(time),
      pages: z.boolean(),
    }),
    z.object({ kind: z.enum(['already-acted', 'contested']), at }),
    z.object({
      kind: z.enum(['released', 'restored']),
      at,
      virtualService: z.string(),
      by: z.optional(z.string()),
      why: z.optional(z.string()),
    }),
    z.object({ kind: z.literal('verified'), at }),
    z.object({ kind: z.literal('unverified'), at, requestsPerSecond: z.number() }),
    z.object({ kind: z.enum(['resolved', 'given-up']), at }),
  ]);
}
