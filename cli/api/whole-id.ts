import * as z from 'zod';
import { CliError } from '#cli/cli-error.ts';
import type { ApiClient } from './api-client.ts';

/** As much of an id as a table shows: unique among all rollbacks that there will ever be. */
export const SHORT_ID = 12;
const LEAST = 8;
const WHOLE = 64;
/** Each looks through at least 40 quiet days or 4,000 rollbacks: so many reach all that is kept, unless there is very much. */
const MAX_PAGES = 12;
const NAMED = 10;

const Page = z.looseObject({
  rollbacks: z.array(z.looseObject({ rollbackId: z.string() })),
  next: z.string().optional(),
});

/**
 * The id that begins with what was given, by the rollbacks themselves, the last received first. What is too short to be a
 * beginning, or no hex, stays as it is: the service says of it what an id is.
 * @throws CliError where none begins so, or several do
 */
export async function wholeId(api: ApiClient, given: string): Promise<string> {
  if (!/^[0-9a-f]+$/.test(given) || given.length < LEAST || given.length >= WHOLE) return given;
  const { ids, reachedEnd } = await beginningWith(api, given);
  const [id] = ids;
  if (id === undefined) {
    const where = reachedEnd ? '' : ' of those received last';
    throw new CliError(
      `No rollback${where} has an id (64 hex digits) that begins with ${given}: weightless list shows them`,
    );
  }
  if (ids.length > 1) throw new CliError(`Several ids begin with ${given}; say which: ${ids.join(', ')}`);
  return id;
}

type Found = { readonly ids: readonly string[]; readonly reachedEnd: boolean };

async function beginningWith(api: ApiClient, given: string): Promise<Found> {
  const ids = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const query = { id: given, limit: String(NAMED), cursor };
    const page = Page.parse(await api.get('/v1/rollbacks', { query }));
    for (const { rollbackId } of page.rollbacks) ids.add(rollbackId);
    cursor = page.next;
    // A short beginning may be that of an older one, too.
    if (cursor === undefined || ids.size >= NAMED || (ids.size > 0 && given.length >= SHORT_ID)) break;
  }
  return { ids: [...ids], reachedEnd: cursor === undefined };
}
