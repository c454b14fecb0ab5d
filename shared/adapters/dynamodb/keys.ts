import { firingOf } from '#shared/domain/alert.ts';
import type { RollbackRecord, TargetRecord } from '#shared/domain/rollback-record.ts';
import type { Delivery } from '#shared/ports/notification-log.ts';

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

/** Whether a channel has been told of an event. */
export function notifiedKey({ eventId, channel }: Delivery): Key {
  return { pk: `NOTIFIED#${eventId}`, sk: `CHANNEL#${channel}` };
}

/** What a channel remembers of a rollback. */
export function memoryKey(channel: string, rollbackId: string): Key {
  return { pk: `MEMORY#${rollbackId}`, sk: `CHANNEL#${channel}` };
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

/** The one item that says which week people were told of last. */
export const WEEK_KEY: Key = { pk: 'WEEK', sk: 'WEEK' };

/** The one partition of the notes that a record of a finished day changed. */
export const CHANGED = 'CHANGED';

/** A key of its own for each change: writers of different records never meet in it. */
export function changeKey(day: string, at: number, id: string): Key {
  return { pk: CHANGED, sk: `${day}#${new Date(at).toISOString()}#${id}` };
}

/** A month's folded days lie together; what is a day's begins with its two digits. */
export function foldPartition(month: string): string {
  return `FOLD#${month}`;
}

export function foldKey(day: string): Key {
  return { pk: foldPartition(day.slice(0, 7)), sk: day.slice(8) };
}

/** The inverse of foldKey. */
export function dayOfFold({ pk, sk }: Key): string {
  return `${pk.slice(pk.indexOf('#') + 1)}-${sk}`;
}

/** `kind`: `cells` or `lists`. The run makes it the part of one fold alone. */
export function foldPartKey(day: string, run: string, kind: string, number: number): Key {
  const { pk, sk } = foldKey(day);
  return { pk, sk: `${sk}#${run}#${kind}#${String(number).padStart(4, '0')}` };
}
