import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { changedDays } from '#shared/domain/report/changed-days.ts';
import type { RollbackRecord, TargetRecord } from '#shared/domain/rollback-record.ts';
import { isUnfinished } from '#shared/domain/unfinished.ts';
import type { RollbackChange } from '#shared/ports/rollback-log.ts';
import { eventItem } from './event-item.ts';
import {
  changeKey,
  dayOf,
  firingOfRecord,
  pointerKey,
  receivedKey,
  rollbackKey,
  targetKey,
  UNFINISHED,
} from './keys.ts';
import { storableFields } from './storable.ts';

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

const DAY_SECONDS = 24 * 60 * 60;
const KEEP_ROLLBACKS_SECONDS = 400 * DAY_SECONDS;

/**
 * The change as the items of one transaction. A target is kept from `now` (epoch ms) on: the times in it are those of
 * alerts, which may be years old.
 */
export function transactionOf(change: RollbackChange, table: string, now: number): TransactItem[] {
  const put = (Item: Record<string, unknown>, condition: Condition | undefined): TransactItem => ({
    Put: { TableName: table, Item, ...condition },
  });
  const drop = (Key: Record<string, unknown>, condition: Condition | undefined): TransactItem => ({
    Delete: { TableName: table, Key, ...condition },
  });
  const { rollbacks, target, remove, events } = change;
  const firstVersions = rollbacks.filter(({ version }) => version === 1);
  return [
    ...rollbacks.map((record) => put(rollbackItem(record), follows(record.version))),
    ...firstVersions.map((record) => put(pointerItem(record), undefined)),
    ...(target ? [put(targetItem(target, now), follows(target.version))] : []),
    ...remove.map(({ id, version }) => drop(rollbackKey(id), isAt(version))),
    ...remove.map(({ id, firing }) => drop(pointerKey(firing, id), undefined)),
    // The id is derived from the change: an event that is there was written by one who made the same change first.
    ...events.map((event) => put(eventItem(event), isNew)),
    ...changeItems(change, now).map((item) => put(item, undefined)),
  ];
}

/** One for each day that is over, whatever changed in it: whoever folds days does it again. */
function changeItems(
  { rollbacks, remove, receivedBefore = [] }: RollbackChange,
  now: number,
): Record<string, unknown>[] {
  const received = [...rollbacks.map(({ timeline }) => timeline.receivedAt), ...receivedBefore];
  const id = rollbacks[0]?.id ?? remove[0]?.id;
  if (id === undefined) return [];
  return changedDays(received, now).map((day) => ({
    ...changeKey(day, now, id),
    expiresAt: seconds(now) + KEEP_ROLLBACKS_SECONDS,
  }));
}

type Condition = Pick<
  NonNullable<TransactItem['Put']>,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

const isNew: Condition = { ConditionExpression: 'attribute_not_exists(pk)' };

function isAt(version: number): Condition {
  return {
    ConditionExpression: '#version = :seen',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':seen': version },
  };
}

/** The item in the table has the version before this one. */
function follows(version: number): Condition {
  return version === 1 ? isNew : isAt(version - 1);
}

function rollbackItem(record: RollbackRecord): Record<string, unknown> {
  const { receivedAt } = record.timeline;
  return {
    ...storableFields(record),
    ...rollbackKey(record.id),
    day: dayOf(receivedAt),
    received: receivedKey(record),
    ...(isUnfinished(record) ? { unfinished: UNFINISHED } : {}),
    expiresAt: seconds(receivedAt) + KEEP_ROLLBACKS_SECONDS,
  };
}

function pointerItem(record: RollbackRecord): Record<string, unknown> {
  return {
    ...pointerKey(firingOfRecord(record), record.id),
    rollbackId: record.id,
    expiresAt: seconds(record.timeline.receivedAt) + KEEP_ROLLBACKS_SECONDS,
  };
}

function targetItem(target: TargetRecord, now: number): Record<string, unknown> {
  return { ...storableFields(target), ...targetKey(target), expiresAt: seconds(now) + KEEP_ROLLBACKS_SECONDS };
}

function seconds(epochMs: number): number {
  return Math.floor(epochMs / 1000);
}
