import type { RollbackView } from '#shared/contracts/rollback-view.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { rollbackData } from '#shared/steps/build-events.ts';

/** The record in the words of the API. */
export function rollbackView(record: RollbackRecord): RollbackView {
  const { history, supersededBy, slaBreachedAt } = record;
  return {
    ...rollbackData(record),
    history: history.map((entry) => ({ ...entry, at: iso(entry.at) })),
    ...(supersededBy === undefined ? {} : { supersededBy }),
    ...(slaBreachedAt === undefined ? {} : { slaBreachedAt: iso(slaBreachedAt) }),
  };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
