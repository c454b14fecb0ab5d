import { firingOf } from '#shared/domain/alert.ts';
import type { RollbackRecord, TargetRecord } from '#shared/domain/rollback-record.ts';

export type Key = { readonly pk: string; readonly sk: string };

/** What an event's partition key begins with; the stream's filter passes these only. */
export const EVENT_PREFIX = 'EVENT#';
/** The one partition of the index of events that wait to be sent. */
export const UNSENT = 'UNSENT';

/** The one partition of the index of rollbacks that guard goes on with. */
export const UNFINISHED = 'UNFINISHED';

export function rollbackKey(id: string): Key {
  return { pk: `ROLLBACK#${id}`, sk: 'ROLLBACK' };
}

/** Unique whatever the cluster is called: no canary holds a `#`. */
export function targetKey({ cluster, canary }: Pick<TargetRecord, 'cluster' | 'canary'>): Key {
  return { pk: `TARGET#${cluster}#${canary}`, sk: 'TARGET' };
}

/** The partition that holds one pointer for each rollback of the firing (`fingerprint@startsAt`). */
export function firingPartition(firing: string): string {
  return `FIRING#${firing}`;
}

export function pointerKey(firing: string, id: string): Key {
  return { pk: firingPartition(firing), sk: `ROLLBACK#${id}` };
}

export function eventKey(id: string): Key {
  return { pk: `${EVENT_PREFIX}${id}`, sk: 'EVENT' };
}

/** A request that carried a key of its sender's. */
export function requestKey(key: string): Key {
  return { pk: `REQUEST#${key}`, sk: 'REQUEST' };
}

export function firingOfRecord({ alert, timeline }: RollbackRecord): string {
  return firingOf({ fingerprint: alert.fingerprint, startsAt: timeline.firedAt });
}

/** Sorts rollbacks by when they were received. */
export function receivedKey({ id, timeline }: RollbackRecord): string {
  return `${new Date(timeline.receivedAt).toISOString()}#${id}`;
}

/** The UTC day of a time, as the index's partition. */
export function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
