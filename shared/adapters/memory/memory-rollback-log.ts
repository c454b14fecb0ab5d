import type { OutboxEvent } from '#shared/contracts/events.ts';
import { firingOf } from '#shared/domain/alert.ts';
import { changedDays } from '#shared/domain/report/changed-days.ts';
import type { RollbackRecord, TargetRecord } from '#shared/domain/rollback-record.ts';
import { isUnfinished } from '#shared/domain/unfinished.ts';
import type { DayChange, DayLog } from '#shared/ports/day-log.ts';
import type { Outbox } from '#shared/ports/event-bus.ts';
import type { Page } from '#shared/ports/page.ts';
import type { RollbackList } from '#shared/ports/rollback-list.ts';
import { type RollbackChange, type RollbackLog, StoreFault } from '#shared/ports/rollback-log.ts';
import type { WeekLog } from '#shared/ports/week-log.ts';
import { memoryDayLog } from './memory-day-log.ts';
import { memoryRollbackList } from './memory-rollback-list.ts';
import { memoryWeekLog } from './memory-week-log.ts';

export type MemoryRollbackLog = RollbackLog & {
  readonly outbox: Outbox;
  readonly dayLog: DayLog;
  readonly rollbackList: RollbackList;
  readonly weekLog: WeekLog;
  /** Told of the events of each change after it is written, as a stream would tell; answers how to stop. */
  subscribe(listener: (events: readonly OutboxEvent[]) => void): () => void;
};

/** As DynamoDB refuses larger items; counted as JSON here, which is not far from it. */
const MAX_ITEM_BYTES = 400 * 1024;

/** The store's twin without a store: same conditions, same conflicts, gone when the process ends. */
export function memoryRollbackLog({ now = Date.now }: { readonly now?: () => number } = {}): MemoryRollbackLog {
  const rollbacks = new Map<string, RollbackRecord>();
  const targets = new Map<string, TargetRecord>();
  const events = new Map<string, OutboxEvent>();
  const unsent = new Set<string>();
  const changes = new Map<string, DayChange[]>();
  const listeners = new Set<(events: readonly OutboxEvent[]) => void>();

  function holds(change: RollbackChange): boolean {
    const { target, remove } = change;
    return (
      change.rollbacks.every(({ id, version }) => isNext(rollbacks.get(id), version)) &&
      (!target || isNext(targets.get(targetKey(target)), target.version)) &&
      remove.every(({ id, version }) => rollbacks.get(id)?.version === version) &&
      change.events.every(({ id }) => !events.has(id))
    );
  }

  function write(change: RollbackChange): void {
    for (const record of change.rollbacks) rollbacks.set(record.id, structuredClone(record));
    if (change.target) targets.set(targetKey(change.target), structuredClone(change.target));
    for (const { id } of change.remove) rollbacks.delete(id);
    for (const event of change.events) keep(event);
    noteChanges(change, changes, now());
  }

  function keep(event: OutboxEvent): void {
    events.set(event.id, structuredClone(event));
    unsent.add(event.id);
  }

  function announce(written: readonly OutboxEvent[]): void {
    if (written.length > 0) for (const listener of listeners) queueMicrotask(() => listener(written));
  }

  function newestFirst(): RollbackRecord[] {
    return [...rollbacks.values()].sort(
      (a, b) => b.timeline.receivedAt - a.timeline.receivedAt || (a.id < b.id ? 1 : -1),
    );
  }

  /** With their places among all that were written. */
  function waitingSince(olderThan: number) {
    return [...events.values()]
      .map((event, place) => ({ event, place }))
      .filter(({ event: { id, createdAt } }) => unsent.has(id) && createdAt < olderThan);
  }

  return {
    async read(ids, target, signal) {
      refuseIfAborted(signal);
      const found = ids.map((id) => rollbacks.get(id)).filter((record) => record !== undefined);
      return structuredClone({
        rollbacks: new Map(found.map((record) => [record.id, record])),
        target: target && targets.get(targetKey(target)),
      });
    },
    async commit(change, signal) {
      refuseIfAborted(signal);
      refuseIfTooLarge(change);
      if (!holds(change)) return 'conflict';
      write(change);
      announce(change.events);
      return 'written';
    },
    async ofFiring(firing, signal) {
      refuseIfAborted(signal);
      return structuredClone([...rollbacks.values()].filter((record) => firingOfRecord(record) === firing));
    },
    async recent(limit, signal) {
      refuseIfAborted(signal);
      return structuredClone(newestFirst().slice(0, limit));
    },
    async unfinished(page, signal) {
      refuseIfAborted(signal);
      const open = [...rollbacks.values()].filter(isUnfinished);
      const { items, next } = pageOf(
        open,
        ({ timeline, id }) => `${new Date(timeline.receivedAt).toISOString()}#${id}`,
        page,
      );
      return { records: items, next };
    },
    dayLog: memoryDayLog({ rollbacks, changes }),
    rollbackList: memoryRollbackList(rollbacks),
    weekLog: memoryWeekLog((event) => {
      keep(event);
      announce([event]);
    }),
    outbox: {
      async unsent(olderThan, page, signal) {
        refuseIfAborted(signal);
        const { items, next } = pageOf(
          waitingSince(olderThan),
          ({ event, place }) => [event.createdAt, place].map((one) => String(one).padStart(16, '0')).join('#'),
          page,
        );
        return { events: items.map(({ event }) => event), next };
      },
      async markSent(sent, signal) {
        refuseIfAborted(signal);
        for (const { id } of sent) unsent.delete(id);
      },
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function noteChanges(
  { rollbacks, remove, receivedBefore = [] }: RollbackChange,
  changes: Map<string, DayChange[]>,
  at: number,
): void {
  const id = rollbacks[0]?.id ?? remove[0]?.id;
  if (id === undefined) return;
  const received = [...rollbacks.map(({ timeline }) => timeline.receivedAt), ...receivedBefore];
  for (const day of changedDays(received, at)) changes.set(day, [...(changes.get(day) ?? []), { id, at }]);
}

/** The items of one page, by a key that is each one's own; the next page begins after its last one. */
function pageOf<T>(items: readonly T[], keyOf: (item: T) => string, { limit, from = '' }: Page) {
  const behind = items.map((item) => ({ item, key: keyOf(item) })).filter(({ key }) => key > from);
  const page = behind.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
  const last = page.at(-1)?.key;
  return {
    items: structuredClone(page.map(({ item }) => item)),
    ...(behind.length > page.length && last !== undefined ? { next: last } : {}),
  };
}

function isNext(held: { readonly version: number } | undefined, version: number): boolean {
  return version === (held?.version ?? 0) + 1;
}

function targetKey({ cluster, canary }: Pick<TargetRecord, 'cluster' | 'canary'>): string {
  return `${cluster}#${canary}`;
}

function firingOfRecord({ alert, timeline }: RollbackRecord): string {
  return firingOf({ fingerprint: alert.fingerprint, startsAt: timeline.firedAt });
}

function refuseIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new StoreFault('The time for the store was over', { cause: signal.reason });
}

function refuseIfTooLarge({ rollbacks, target, events }: RollbackChange): void {
  for (const item of [...rollbacks, ...(target ? [target] : []), ...events]) {
    const bytes = new TextEncoder().encode(JSON.stringify(item)).length;
    if (bytes > MAX_ITEM_BYTES) throw new StoreFault(`An item of ${bytes} bytes is over ${MAX_ITEM_BYTES}`);
  }
}
