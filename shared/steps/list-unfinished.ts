import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { RollbackLog } from '#shared/ports/rollback-log.ts';

const PAGE_RECORDS = 100;
/** A minute has no room for more; those behind are told and tried when these have ended, which takes a hold at most. */
const MAX_RECORDS = 5000;

/** All unfinished records: first those that nobody has been told of, each kind by receipt. Throws StoreFault. */
export async function listUnfinished(log: RollbackLog, signal: AbortSignal): Promise<RollbackRecord[]> {
  const records: RollbackRecord[] = [];
  let from: string | undefined;
  do {
    const page = await log.unfinished({ limit: PAGE_RECORDS, from }, signal);
    records.push(...page.records);
    from = page.next;
  } while (from !== undefined && records.length < MAX_RECORDS);
  const pending = records.filter(({ outcome }) => outcome === 'pending');
  return [...pending, ...records.filter(({ outcome }) => outcome !== 'pending')];
}
