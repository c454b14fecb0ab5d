import type { EpisodeLists } from '#shared/domain/report/fold-day.ts';
import { packCells } from '#shared/domain/report/packed-cells.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { DayChange, DayLog, StoredDay } from '#shared/ports/day-log.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';

/** What the rollbacks' own twin holds, and this one reads. */
export type MemoryRecords = {
  readonly rollbacks: ReadonlyMap<string, RollbackRecord>;
  /** By day. */
  readonly changes: Map<string, DayChange[]>;
};

type Stored = Omit<StoredDay, 'lists'> & { readonly lists: EpisodeLists };

/** The day log's twin without a store. */
export function memoryDayLog({ rollbacks, changes }: MemoryRecords): DayLog {
  const days = new Map<string, { readonly run: string; readonly stored: Stored }>();
  let runs = 0;

  return {
    async records(from, to, visit, signal) {
      refuseIfAborted(signal);
      const received = [...rollbacks.values()].filter(
        ({ timeline: { receivedAt } }) => receivedAt >= from && receivedAt < to,
      );
      if (received.length > 0) visit(structuredClone(received));
    },
    async folded({ from, to }, signal) {
      refuseIfAborted(signal);
      const held = [...days].filter(([day]) => day >= from && day <= to);
      return new Map(held.map(([day, { run }]) => [day, run]));
    },
    async changedDays(limit, signal) {
      refuseIfAborted(signal);
      return [...changes.keys()].sort().slice(0, limit);
    },
    async changesOf(day, signal) {
      refuseIfAborted(signal);
      return structuredClone(changes.get(day) ?? []);
    },
    async store({ day, fold, seen, taken }, signal) {
      refuseIfAborted(signal);
      if (days.get(day)?.run !== seen) return 'conflict';
      runs += 1;
      const stored = structuredClone({ day, cells: packCells(fold.cells), lists: fold.lists });
      days.set(day, { run: `run ${runs}`, stored });
      const left = (changes.get(day) ?? []).filter(
        ({ id, at }) => !taken.some((one) => one.id === id && one.at === at),
      );
      if (left.length > 0) changes.set(day, left);
      else changes.delete(day);
      return 'written';
    },
    async read({ from, to }, visit, signal) {
      refuseIfAborted(signal);
      for (const [day, { stored }] of days) if (day >= from && day <= to) visit(told(structuredClone(stored)));
    },
  };
}

function told({ lists, ...day }: Stored): StoredDay {
  return { ...day, lists: () => lists };
}

function refuseIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new StoreFault('The time for the store was over', { cause: signal.reason });
}
