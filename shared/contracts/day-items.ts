import * as z from 'zod/mini';
import { OUTCOMES } from '#shared/domain/outcome.ts';
import type { RollbackFacts } from '#shared/domain/report/count-episode.ts';
import type { EpisodeLists } from '#shared/domain/report/fold-day.ts';
import type { PackedCells } from '#shared/domain/report/packed-cells.ts';
import { SlaSchema } from './events.ts';
import { ReasonSchema } from './reason.ts';
import { BreachSchema } from './report.ts';

const epochMs = z.number();

/** What of a rollback item a report counts by. */
const FactsSchema = z.object({
  id: z.string(),
  cluster: z.string(),
  canary: z.string(),
  outcome: z.enum(OUTCOMES),
  reason: z.optional(ReasonSchema),
  alert: z.object({ name: z.string() }),
  timeline: z.object({
    firedAt: epochMs,
    receivedAt: epochMs,
    targetedAt: z.optional(epochMs),
    zeroedAt: z.optional(epochMs),
    recordedAt: epochMs,
    notifiedAt: z.optional(epochMs),
  }),
  sla: SlaSchema,
  episode: z.optional(z.object({ id: z.string(), firedAt: epochMs, countedBy: z.optional(z.string()) })),
  supersededBy: z.optional(z.string()),
});

/** Says which of the items below are a day's fold: those of its run, so many. */
const FoldItemSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  run: z.string(),
  parts: z.int(),
  records: z.int(),
  foldedAt: epochMs,
});

/** Text is JSON: names are no business of the table's, and a list of thousands of values is slow to take apart. */
const CellsItemSchema = z.object({
  keys: z.string(),
  kinds: z.array(z.string()),
  numbers: z.instanceof(Uint8Array),
  total: z.optional(z.instanceof(Uint8Array)),
});
const KeysSchema = z.array(z.tuple([z.string(), z.string(), z.string()]));

const ListsItemSchema = z.object({ lists: z.string() });
const ListsSchema = z.object({
  breaches: z.array(BreachSchema),
  late: z.array(BreachSchema),
  clockSkewed: z.array(BreachSchema),
});

export type FoldItem = z.infer<typeof FoldItemSchema>;

/** @throws ZodError */
export function parseFacts(item: unknown): RollbackFacts {
  return FactsSchema.parse(item);
}

/** @throws ZodError */
export function parseFoldItem(item: unknown): FoldItem {
  return FoldItemSchema.parse(item);
}

/**
 * Parses one item after another. Most days have the services of the day before: their names are taken apart once, and then
 * are the same list. Each call throws ZodError, or SyntaxError where the text is no JSON.
 */
export function cellsParser(): (item: unknown) => PackedCells {
  let last: { readonly text: string; readonly keys: PackedCells['keys'] } | undefined;
  return (item) => {
    const { keys: text, ...rest } = CellsItemSchema.parse(item);
    if (last?.text !== text) last = { text, keys: KeysSchema.parse(JSON.parse(text)) };
    return { keys: last.keys, ...rest };
  };
}

/** @throws ZodError, or SyntaxError where the text is no JSON */
export function parseListsItem(item: unknown): EpisodeLists {
  return ListsSchema.parse(JSON.parse(ListsItemSchema.parse(item).lists));
}

export function cellsAttributes({ keys, ...rest }: PackedCells): Record<string, unknown> {
  return { ...rest, keys: JSON.stringify(keys) };
}

/** The lists in as many items as they need. */
export function listsAttributes(lists: EpisodeLists): Record<string, unknown>[] {
  const items: Record<string, unknown>[] = [];
  for (const [name, all] of Object.entries(lists)) {
    for (let from = 0; from < all.length; from += LISTED_TOGETHER) {
      const some = all.slice(from, from + LISTED_TOGETHER);
      items.push({ lists: JSON.stringify({ breaches: [], late: [], clockSkewed: [], [name]: some }) });
    }
  }
  return items;
}

/** A name may be of 253 letters, and an alert's is cut at 200: so many are far from 400 KB. */
const LISTED_TOGETHER = 150;
