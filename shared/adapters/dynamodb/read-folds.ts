import { cellsParser, type FoldItem, parseFoldItem, parseListsItem } from '#shared/contracts/day-items.ts';
import type { PackedCells } from '#shared/domain/report/packed-cells.ts';
import type { Days, StoredDay } from '#shared/ports/day-log.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import type { Table } from './get-items.ts';
import { dayOfFold, foldPartition } from './keys.ts';
import { type Question, queryItems } from './query-items.ts';

/** A day may be stored anew while it is read, a few times over. */
const MAX_READS = 4;

/** The months of some days, each with its first and last of them. */
export function monthsOf({ from, to }: Days): Days[] {
  const months: Days[] = [];
  for (let first = from; first <= to; ) {
    const [year = 0, month = 1] = first.split('-').map(Number);
    const [last, next] = [Date.UTC(year, month, 0), Date.UTC(year, month, 1)].map((at) =>
      new Date(at).toISOString().slice(0, 10),
    );
    if (last === undefined || next === undefined) break;
    months.push({ from: first, to: last < to ? last : to });
    first = next;
  }
  return months;
}

/** All items of some days of one month: `~` comes after whatever a key goes on with. */
export function itemsOf({ from, to }: Days): Question {
  return {
    KeyConditionExpression: 'pk = :month AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':month': foldPartition(from.slice(0, 7)),
      ':from': from.slice(8),
      ':to': `${to.slice(8)}~`,
    },
    ConsistentRead: true,
  };
}

/** Tells of each stored day, the months beside each other. */
export async function readFolds(
  table: Table,
  days: Days,
  visit: (day: StoredDay) => void,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(monthsOf(days).map((month) => readMonth(table, month, visit, signal)));
}

async function readMonth(
  table: Table,
  days: Days,
  visit: (day: StoredDay) => void,
  signal: AbortSignal,
): Promise<void> {
  const changed = await readOnce(table, days, visit, signal);
  for (const day of changed) await readDay(table, day, visit, signal);
}

async function readDay(table: Table, day: string, visit: (day: StoredDay) => void, signal: AbortSignal): Promise<void> {
  for (let reads = 1; reads < MAX_READS; reads += 1) {
    if ((await readOnce(table, { from: day, to: day }, visit, signal)).length === 0) return;
  }
  throw new StoreFault(
    `The fold of ${day} in table ${table.name} is not whole: delete its items, and guard makes it anew`,
  );
}

/** Visits the days that are whole, and answers those that another fold was stored of meanwhile. */
async function readOnce(
  table: Table,
  days: Days,
  visit: (day: StoredDay) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const changed: string[] = [];
  const parseCells = cellsParser();
  let open: OpenDay | undefined;
  const close = () => {
    if (open && open.left > 0) changed.push(open.day);
    else if (open) visit(whole(open));
    open = undefined;
  };
  for await (const item of queryItems(table, itemsOf(days), signal)) {
    const sk = String(item['sk']);
    if (!sk.includes('#')) {
      close();
      open = openDay(parseFoldItem(item));
    } else if (open && sk.startsWith(open.prefix)) {
      addPart(open, item, parseCells);
    }
  }
  close();
  return changed;
}

type OpenDay = {
  readonly day: string;
  readonly cells: PackedCells[];
  /** Items of lists, as they were read. */
  readonly lists: Record<string, unknown>[];
  /** What the keys of its parts begin with. */
  readonly prefix: string;
  left: number;
};

function openDay(head: FoldItem): OpenDay {
  const { sk, run, parts } = head;
  return { day: dayOfFold(head), cells: [], lists: [], prefix: `${sk}#${run}#`, left: parts };
}

function addPart(open: OpenDay, item: Record<string, unknown>, parseCells: (item: unknown) => PackedCells): void {
  open.left -= 1;
  if ('lists' in item) open.lists.push(item);
  else open.cells.push(parseCells(item));
}

function whole({ day, cells, lists }: OpenDay): StoredDay {
  return {
    day,
    cells,
    lists() {
      const all = lists.map(parseListsItem);
      return {
        breaches: all.flatMap(({ breaches }) => breaches),
        late: all.flatMap(({ late }) => late),
        clockSkewed: all.flatMap(({ clockSkewed }) => clockSkewed),
      };
    },
  };
}
