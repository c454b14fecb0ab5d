import { parseFacts } from '#shared/contracts/day-items.ts';
import type { RollbackFacts } from '#shared/domain/report/count-episode.ts';
import { DAY_MS, dayOf, startOfDay } from '#shared/domain/report/report-window.ts';
import type { Table } from './get-items.ts';
import { type Question, queryPage } from './query-items.ts';
import { type OnUnreadable, readable } from './readable.ts';
import { BY_DAY_INDEX } from './table.ts';

/** A page is 1 MB of records at most, whatever is asked of each. */
const MAX_PAGE = 10_000;
/** What of a day is behind its first page is read in so many parts beside each other: a full day takes that much less time. */
const PARTS = 4;

/** Alerts' labels and weights, which are most of a record, stay in the table. */
const FACTS = ['pk', 'id', 'cluster', 'canary', 'outcome', 'reason', 'timeline', 'sla', 'episode', 'supersededBy'];
const NAMES = Object.fromEntries([...FACTS, 'alert', 'name', 'day', 'received'].map((name) => [`#${name}`, name]));
const PROJECTION = [...FACTS.map((name) => `#${name}`), '#alert.#name'].join(', ');

type Reading = {
  readonly table: Table;
  readonly onUnreadable: OnUnreadable;
  readonly visit: (page: readonly RollbackFacts[]) => void;
  readonly signal: AbortSignal;
};

/** Tells of the records received within [from, to), page after page. */
export async function readFacts(from: number, to: number, reading: Reading): Promise<void> {
  for (let start = startOfDay(from); start < to; start += DAY_MS) {
    const [first, end] = [Math.max(from, start), Math.min(to, start + DAY_MS)];
    const last = await readPage({ from: first, to: end }, undefined, reading);
    if (last !== undefined) await readRest(last, end, reading);
  }
}

/** From the record on that the first page ended with: its millisecond may go on, and the parts begin after it. */
async function readRest({ next, receivedAt }: Last, end: number, reading: Reading): Promise<void> {
  const cut = Math.min(end, receivedAt + 1);
  const ends = Array.from({ length: PARTS + 1 }, (_, part) => Math.ceil(cut + ((end - cut) * part) / PARTS));
  const parts = ends.slice(1).map((to, part) => ({ from: ends[part] ?? cut, to }));
  await Promise.all([
    readAll({ from: receivedAt, to: cut }, next, reading),
    ...parts.filter(({ from, to }) => from < to).map((part) => readAll(part, undefined, reading)),
  ]);
}

type Part = { readonly from: number; readonly to: number };
type Last = { readonly next: string; readonly receivedAt: number };

async function readAll(part: Part, from: string | undefined, reading: Reading): Promise<void> {
  let last = await readPage(part, from, reading);
  while (last) last = await readPage(part, last.next, reading);
}

/** Answers where the page ended, unless it was the last one. */
async function readPage(part: Part, from: string | undefined, reading: Reading): Promise<Last | undefined> {
  const { table, onUnreadable, visit, signal } = reading;
  const { items, next } = await queryPage(table, received(part), { limit: MAX_PAGE, from }, signal);
  visit(readable(items, { parse: parseFacts, onUnreadable }));
  return next === undefined ? undefined : { next, receivedAt: receivedAtOf(next) };
}

function receivedAtOf(next: string): number {
  const { received: key }: { received?: unknown } = JSON.parse(next);
  const text = String(key);
  return Date.parse(text.slice(0, text.indexOf('#')));
}

/** A record's key goes on after its time, so that one received at the end is behind it. */
function received({ from, to }: Part): Question {
  return {
    IndexName: BY_DAY_INDEX,
    KeyConditionExpression: '#day = :day AND #received BETWEEN :from AND :to',
    ProjectionExpression: PROJECTION,
    ExpressionAttributeNames: NAMES,
    ExpressionAttributeValues: {
      ':day': dayOf(from),
      ':from': new Date(from).toISOString(),
      ':to': new Date(to).toISOString(),
    },
  };
}
