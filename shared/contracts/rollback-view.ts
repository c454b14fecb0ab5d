import * as z from 'zod/mini';
import { EVENT_DATA } from './events.ts';
import { historyEntrySchema } from './history.ts';

const instant = z.iso.datetime();

/** One rollback as the API tells of it: in the words of the events, and its history. */
export const RollbackViewSchema = z.extend(EVENT_DATA.RollbackSlaBreached, {
  history: z.array(historyEntrySchema(instant)),
  supersededBy: z.optional(z.string()),
  slaBreachedAt: z.optional(instant),
});
export type RollbackView = z.infer<typeof RollbackViewSchema>;
