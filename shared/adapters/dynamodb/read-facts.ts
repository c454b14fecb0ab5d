import { parseFacts } from '#shared/contracts/day-items.ts';
import type { RollbackFacts } from '#shared/domain/report/count-episode.ts';
import { DAY_MS, dayOf, startOfDay } from '#shared/domain/report/report-window.ts';
import type { Table } from './get-items.ts';
import { type Question, queryPage } from './query-items.ts';
import { type OnUnreadable, readable } from './recent.ts';
import { BY_DAY_INDEX } from './table.ts';

/** A page is 1 MB of records at most, whatever is asked of each. */
const MAX_PAGE = 10_000;
/** A day is read in so many parts beside each other: one after the other, a full day takes that much longer. */
const PARTS_OF_DAY = 4;

/** Alerts' labels and weights, which are most of a record, stay in the table. */
const FACTS = ['pk', 'id', 'cluster', 'canary', 'outcome', 'reason', 'timeline', 'sla', 'episode', 'supersededBy'];
const NAMES = Object.fromEntries([...FACTS, 'alert', 'name', 'day', 'received'].map((name) => [`#${name}`, name]));
const PROJECTION = [...FACTS.map((name) => `#${name}`), '#alert.#name'].join(', ');

/** Tells of the records received within [from, to), page after page. */
export async function readFacts(
  table: Table,
  { from, to, onUnreadable }: { readonly from: number; readonly to: number; readonly onUnreadable: OnUnreadable },
  visit: (page: readonly RollbackFacts[]) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let start = startOfDay(from); start < to; start += DAY_MS) {
    const ends = Array.from({ length: PARTS_OF_DAY + 1 }, (_, part) => start + (part * DAY_MS) / PARTS_OF_DAY);
    await Promise.all(
      ends.slice(1).map((end, part) => {
        const [first, last] = [Math.max(from, ends[part] ?? start), Math.min(to, end)];
        return first < last ? readPart(first, last) : undefined;
      }),
    );
  }

  async function readPart(first: number, last: number): Promise<void> {
    let next: string | undefined;
    do {
      const page = await queryPage(table, received(first, last), { limit: MAX_PAGE, from: next }, signal);
      visit(readable(page.items, { parse: parseFacts, onUnreadable }));
      next = page.next;
    } while (next !== undefined);
  }
}

/** A record's key goes on after its time, so that one received at the end is behind it. */
function received(from: number, to: number): Question {
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
