import * as z from 'zod/mini';
import { JOURNAL_MAX_BYTES, type Journal, type JournalEntry, MAX_REASSERTS } from '#shared/domain/journal.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';

/** Deeper than any value that we write; one of thousands of levels could be read and not be written again. */
const MAX_LEVELS = 16;
const value = z.unknown().check(z.refine((given) => isShallow(given, MAX_LEVELS), 'expected fewer levels'));

function isShallow(given: unknown, levels: number): boolean {
  if (typeof given !== 'object' || given === null) return true;
  return levels > 0 && Object.values(given).every((one) => isShallow(one, levels - 1));
}

/** What a Date can hold and ISO 8601 writes with four digits: a time beyond it would stop whoever formats it. */
const epochMs = z.int().check(z.nonnegative(), z.maximum(Date.UTC(9999, 11, 31)));

const PatchOperationSchema = z.union([
  z.object({ op: z.enum(['add', 'replace', 'test']), path: z.string(), value }),
  z.object({ op: z.literal('remove'), path: z.string() }),
]);

const JournalEntrySchema = z.object({
  v: z.literal(1),
  id: z.string(),
  canary: z.optional(z.string()),
  uid: z.string(),
  alerts: z.array(z.string()),
  receivedAt: epochMs,
  sentAt: epochMs,
  holdUntil: epochMs,
  state: z.enum(['open', 'closed', 'released', 'restored']),
  // Each one becomes an entry of a history and an event.
  reasserts: z.int().check(z.nonnegative(), z.maximum(MAX_REASSERTS)),
  reverted: z.optional(z.object({ by: z.string(), at: z.optional(epochMs) })),
  zeroedBy: z.optional(epochMs),
  asked: z.optional(z.object({ by: z.string(), why: z.string() })),
  ended: z.optional(z.object({ at: epochMs, by: z.optional(z.string()), why: z.optional(z.string()) })),
  flux: z.optional(z.boolean()),
  after: z.optional(z.string()),
  undo: z.optional(z.array(PatchOperationSchema)),
});

/** No two of our clocks are further apart: what was sent later than this from now was not sent by us. */
const MAX_AHEAD_MS = 5 * 60_000;

/**
 * Reads `weightless/journal`. Anyone may have written there: what is garbage, another object's, or from after `now`
 * (epoch ms), is counted and left out.
 */
export function readJournal({ metadata }: VirtualService, now = Number.POSITIVE_INFINITY): Journal {
  const text = metadata.annotations[MARK.journal];
  if (text === undefined) return { entries: [], ignored: 0 };
  const list = parseList(text);
  if (!list) return { entries: [], ignored: 1 };
  const entries: JournalEntry[] = [];
  for (const item of list) {
    const entry = JournalEntrySchema.safeParse(item);
    if (entry.success && entry.data.uid === metadata.uid && entry.data.sentAt <= now + MAX_AHEAD_MS)
      entries.push(entry.data);
  }
  return { entries, ignored: list.length - entries.length };
}

/** We never write a longer one. */
function parseList(text: string): unknown[] | undefined {
  if (text.length > JOURNAL_MAX_BYTES) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
