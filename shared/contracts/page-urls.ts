/** The page of one rollback, below the address of the report. */
export function rollbackPage(pageUrl: string, rollbackId: string): string {
  return `${withoutSlash(pageUrl)}/rollbacks/${encodeURIComponent(rollbackId)}`;
}

/** The report on the days of a window. Undefined for what is none. */
export function weekPage(pageUrl: string, window: Window): string | undefined {
  const { first, last } = daysOf(window);
  return DAY.test(first) && DAY.test(last) ? `${withoutSlash(pageUrl)}/?window=${first}/${last}` : undefined;
}

type Window = { readonly from: string; readonly to: string };

const DAY = /^\d{4}-\d\d-\d\d$/;
const EARLIEST = -8.64e15;

/** The first and the last day of UTC in a window, which ends where the day after its last one begins. */
export function daysOf({ from, to }: Window): { readonly first: string; readonly last: string } {
  const end = Date.parse(to);
  const last = Number.isNaN(end) ? to : new Date(Math.max(end - 1, EARLIEST)).toISOString();
  return { first: from.slice(0, 10), last: last.slice(0, 10) };
}

function withoutSlash(pageUrl: string): string {
  return pageUrl.replace(/\/+$/, '');
}
