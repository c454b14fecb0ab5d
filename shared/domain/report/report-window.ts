import { type ReportWindow, WINDOWS, type WindowName } from './report.ts';

export const DAY_MS = 24 * 60 * 60 * 1000;
/** A delivery that was received before midnight is recorded so long after it, and the index of the days shows it. */
export const SETTLED_AFTER_MS = 10 * 60_000;
/** Records are kept 400 days: the window before this one must be among them, too. */
export const MAX_DAYS = 190;

/** Two windows of the same length, one right after the other; epoch ms, `to` is no longer in it. */
export type ReportRange = {
  readonly name: WindowName | 'custom';
  readonly from: number;
  readonly to: number;
  readonly beforeFrom: number;
};

export type ParsedWindow =
  | { readonly kind: 'range'; readonly range: ReportRange }
  | { readonly kind: 'wrong'; readonly allowed: string };

const DAYS: Readonly<Record<Exclude<WindowName, '24h'>, number>> = { '7d': 7, '30d': 30, '90d': 90 };
const ALLOWED = `${WINDOWS.join(', ')}, or two days such as 2026-03-01/2026-03-31, at most ${MAX_DAYS} of them and none to come`;

/**
 * The window that a text names. `24h` ends now; the others are whole days of UTC, of which the last may be today, and
 * is compared with whole days.
 */
export function parseWindow(text: string, now: number): ParsedWindow {
  if (text === '24h')
    return { kind: 'range', range: { name: text, from: now - DAY_MS, to: now, beforeFrom: now - 2 * DAY_MS } };
  const today = startOfDay(now);
  if (text === '7d' || text === '30d' || text === '90d') {
    const from = today - (DAYS[text] - 1) * DAY_MS;
    return { kind: 'range', range: { name: text, from, to: now, beforeFrom: from - DAYS[text] * DAY_MS } };
  }
  const [, first = '', last = ''] = /^(\d{4}-\d\d-\d\d)\/(\d{4}-\d\d-\d\d)$/.exec(text) ?? [];
  const [from, end] = [startOf(first), startOf(last) + DAY_MS];
  const isRange = end > from && end - from <= MAX_DAYS * DAY_MS && end - DAY_MS <= today;
  if (!isRange) return { kind: 'wrong', allowed: ALLOWED };
  return { kind: 'range', range: { name: 'custom', from, to: Math.min(end, now), beforeFrom: from - (end - from) } };
}

/** The text of a report's window, by which `parseWindow` finds it again: a custom one by its first and its last day. */
export function windowText({ name, from, to }: ReportWindow): string {
  if (name !== 'custom') return name;
  const first = Date.parse(from);
  return `${dayOf(first)}/${dayOf(Math.max(first, Date.parse(to) - 1))}`;
}

/** The UTC day of a time. */
export function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

export function startOfDay(epochMs: number): number {
  return Math.floor(epochMs / DAY_MS) * DAY_MS;
}

/** The UTC days that a stretch of time touches, the oldest first. */
export function daysBetween(from: number, to: number): string[] {
  const first = startOfDay(from);
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / DAY_MS)) }, (_, index) =>
    dayOf(first + index * DAY_MS),
  );
}

/** NaN for what is no day, such as 2026-02-30. */
function startOf(day: string): number {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) || dayOf(at) !== day ? Number.NaN : at;
}
