import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { RollbackList } from '#shared/ports/rollback-list.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';

/** The list's twin without a store. */
export function memoryRollbackList(rollbacks: ReadonlyMap<string, RollbackRecord>): RollbackList {
  return {
    async page({ from, to, limit, cursor = new Date(to).toISOString(), matches }, signal) {
      if (signal.aborted) throw new StoreFault('The time for the store was over', { cause: signal.reason });
      const behind = [...rollbacks.values()]
        .map((record) => ({ record, key: keyOf(record) }))
        .filter(({ record, key }) => key < cursor && record.timeline.receivedAt >= from && matches(record))
        .sort((a, b) => (a.key < b.key ? 1 : -1));
      const page = behind.slice(0, limit);
      const last = page.at(-1)?.key;
      return {
        rollbacks: structuredClone(page.map(({ record }) => record)),
        ...(page.length < behind.length && last !== undefined ? { next: last } : {}),
      };
    },
  };
}

function keyOf({ id, timeline }: RollbackRecord): string {
  return `${new Date(timeline.receivedAt).toISOString()}#${id}`;
}
