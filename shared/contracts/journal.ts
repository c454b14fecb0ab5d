import * as z from 'zod/mini';
import type { Journal, JournalEntry } from '#shared/domain/journal.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';

const PatchOperationSchema = z.union([
  z.object({ op: z.enum(['add', 'replace', 'test']), path: z.string(), value: z.unknown() }),
  z.object({ op: z.literal('remove'), path: z.string() }),
]);

const JournalEntrySchema = z.object({
  v: z.literal(1),
  id: z.string(),
  canary: z.optional(z.string()),
  uid: z.string(),
  alerts: z.array(z.string()),
  receivedAt: z.int(),
  sentAt: z.int(),
  holdUntil: z.int(),
  state: z.enum(['open', 'closed', 'released', 'restored']),
  reasserts: z.int(),
  flux: z.optional(z.boolean()),
  after: z.optional(z.string()),
  undo: z.optional(z.array(PatchOperationSchema)),
});

/** Reads `weightless/journal`. Anyone may have written there: what is garbage, or another object's, is counted and left out. */
export function readJournal({ metadata }: VirtualService): Journal {
  const text = metadata.annotations[MARK.journal];
  if (text === undefined) return { entries: [], ignored: 0 };
  const list = parseList(text);
  if (!list) return { entries: [], ignored: 1 };
  const entries: JournalEntry[] = [];
  for (const item of list) {
    const entry = JournalEntrySchema.safeParse(item);
    if (entry.success && entry.data.uid === metadata.uid) entries.push(entry.data);
  }
  return { entries, ignored: list.length - entries.length };
}

function parseList(text: string): unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
