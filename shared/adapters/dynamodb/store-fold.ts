import { randomUUID } from 'node:crypto';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { cellsAttributes, listsAttributes } from '#shared/contracts/day-items.ts';
import { packCells } from '#shared/domain/report/packed-cells.ts';
import type { FoldedDay } from '#shared/ports/day-log.ts';
import { getItems, type Table } from './get-items.ts';
import { judgeError } from './judge-error.ts';
import { changeKey, foldKey, foldPartKey, type Key } from './keys.ts';
import { queryItems } from './query-items.ts';
import { itemsOf } from './read-folds.ts';
import { retryCrowded } from './retry.ts';

const KEEP_SECONDS = 400 * 24 * 60 * 60;
/** Writes under way at once. */
const AT_ONCE = 8;
/** A run that is older than this has died: no function lives as long. */
const DEAD_AFTER_MS = 60 * 60 * 1000;

/**
 * The parts first, under the name of this run, then the item that says that they are the day's: that is one write, under
 * the condition that nobody else was first. What the day was made of before goes last.
 */
export async function storeFold(
  table: Table,
  { day, fold, seen, taken }: FoldedDay,
  now: number,
  signal: AbortSignal,
): Promise<'written' | 'conflict'> {
  const run = `${new Date(now).toISOString()}~${randomUUID()}`;
  const expiresAt = Math.floor(Date.parse(day) / 1000) + KEEP_SECONDS;
  const parts = [
    ...packCells(fold.cells).map((part, number) => ({
      ...foldPartKey(day, run, 'cells', number),
      ...cellsAttributes(part),
      expiresAt,
    })),
    ...listsAttributes(fold.lists).map((part, number) => ({
      ...foldPartKey(day, run, 'lists', number),
      ...part,
      expiresAt,
    })),
  ];
  await inLots(parts, (Item) => put(table, { Item }, signal));
  const head = { ...foldKey(day), run, parts: parts.length, records: fold.records, foldedAt: now, expiresAt };
  const condition = seen
    ? { ConditionExpression: 'run = :seen', ExpressionAttributeValues: { ':seen': seen } }
    : { ConditionExpression: 'attribute_not_exists(pk)' };
  const isOurs = await put(table, { Item: head, ...condition }, signal).then(
    () => true,
    (error: unknown) => isWrittenAlready(table, head, error, signal),
  );
  await inLots(isOurs ? await others(table, day, { run, seen, now }, signal) : parts.map(keyOf), (Key) =>
    remove(table, Key, signal),
  );
  if (isOurs) await inLots(taken, ({ id, at }) => remove(table, changeKey(day, at, id), signal));
  return isOurs ? 'written' : 'conflict';
}

/** A write whose answer was lost is sent again, and then meets itself. */
async function isWrittenAlready(
  table: Table,
  { pk, sk, run }: Key & { readonly run: string },
  error: unknown,
  signal: AbortSignal,
): Promise<boolean> {
  if (judgeError(error) !== 'changed') throw error;
  const [held] = await getItems(table, [{ pk, sk }], signal);
  return held?.['run'] === run;
}

/** The parts of the fold that this one replaces, and of runs that died: those of one that is at work are its own. */
async function others(
  table: Table,
  day: string,
  { run, seen, now }: { readonly run: string; readonly seen: string | undefined; readonly now: number },
  signal: AbortSignal,
): Promise<Key[]> {
  const keys: Key[] = [];
  const items = queryItems(table, { ...itemsOf({ from: day, to: day }), ProjectionExpression: 'pk, sk' }, signal);
  for await (const item of items) {
    const key = keyOf({ pk: String(item['pk']), sk: String(item['sk']) });
    const [, of] = key.sk.split('#');
    if (of === undefined || of === run) continue;
    const begunAt = Date.parse(of.slice(0, of.indexOf('~')));
    if (of === seen || now - begunAt > DEAD_AFTER_MS) keys.push(key);
  }
  return keys;
}

function keyOf({ pk, sk }: Key): Key {
  return { pk, sk };
}

async function put(
  { client, name }: Table,
  input: Omit<ConstructorParameters<typeof PutCommand>[0], 'TableName'>,
  signal: AbortSignal,
): Promise<void> {
  await retryCrowded(() => client.send(new PutCommand({ TableName: name, ...input }), { abortSignal: signal }), signal);
}

async function remove({ client, name }: Table, { pk, sk }: Key, signal: AbortSignal): Promise<void> {
  const command = new DeleteCommand({ TableName: name, Key: { pk, sk } });
  await retryCrowded(() => client.send(command, { abortSignal: signal }), signal);
}

async function inLots<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < all.length; from += AT_ONCE) await Promise.all(all.slice(from, from + AT_ONCE).map(work));
}
