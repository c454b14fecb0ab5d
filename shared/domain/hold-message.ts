import type { HistoryEntry, RollbackRecord } from './rollback-record.ts';

/** What a person reads of a revert, or of what mended it: the record's own words are about the rollback before it. */
export function holdMessage(
  entry: HistoryEntry,
  { canary, cluster }: Pick<RollbackRecord, 'canary' | 'cluster'>,
): string | undefined {
  const where = `${canary} in ${cluster}`;
  if (entry.kind === 'reasserted') return `${where} was put back within its hold, and is at zero again.`;
  if (entry.kind !== 'reverted') return undefined;
  const written = entry.writtenAt === undefined ? '' : ` at ${new Date(entry.writtenAt).toISOString()}`;
  const who = entry.by === undefined ? 'Somebody' : `${entry.by} (as field manager)${written}`;
  return `${who} put ${where} back within its hold.`;
}
