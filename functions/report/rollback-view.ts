import type { RollbackView } from '#shared/contracts/rollback-view.ts';
import type { HistoryEntry, RollbackRecord } from '#shared/domain/rollback-record.ts';
import { rollbackData } from '#shared/steps/build-events.ts';

/** The record in the words of the API. */
export function rollbackView(record: RollbackRecord): RollbackView {
  const { history, supersededBy, slaBreachedAt } = record;
  return {
    ...rollbackData(record),
    history: history.map(historyView),
    ...(supersededBy === undefined ? {} : { supersededBy }),
    ...(slaBreachedAt === undefined ? {} : { slaBreachedAt: iso(slaBreachedAt) }),
  };
}

function historyView(entry: HistoryEntry): RollbackView['history'][number] {
  const at = iso(entry.at);
  if (entry.kind !== 'reverted') return { ...entry, at };
  const { writtenAt, ...reverted } = entry;
  return { ...reverted, at, ...(writtenAt === undefined ? {} : { writtenAt: iso(writtenAt) }) };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
