import * as z from 'zod/mini';
import { OUTCOMES } from '#shared/domain/outcome.ts';
import { EVENT_DATA, ReasonSchema } from './events.ts';

const instant = z.iso.datetime();

/** What happened to a rollback later; each kind has fields of its own. */
const HistorySchema = z.looseObject({
  kind: z.string(),
  at: instant,
  from: z.optional(z.object({ outcome: z.enum(OUTCOMES), reason: z.optional(ReasonSchema) })),
});

/** One rollback as the API tells of it: in the words of the events, and its history. */
export const RollbackViewSchema = z.extend(EVENT_DATA.RollbackSlaBreached, {
  history: z.array(HistorySchema),
  supersededBy: z.optional(z.string()),
  slaBreachedAt: z.optional(instant),
});
export type RollbackView = z.infer<typeof RollbackViewSchema>;
