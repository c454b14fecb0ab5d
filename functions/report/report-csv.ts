import type { Report } from '#shared/contracts/report.ts';
import { type DayFigures, type Figures, STAGES } from '#shared/domain/report/report.ts';

/** A row tells of the window, of the one before, of one of its days, or of a service. */
type Row = Partial<Figures> &
  Pick<DayFigures, 'rollbacks' | 'episodes' | 'stages'> & {
    readonly about: 'window' | 'before' | 'day' | 'service';
    readonly from?: string;
    readonly to?: string;
    readonly day?: string;
    readonly cluster?: string;
    readonly namespace?: string;
    readonly service?: string;
  };

type Cell = string | number | undefined;

const COLUMNS: readonly (readonly [name: string, of: (row: Row) => Cell])[] = [
  ['about', ({ about }) => about],
  ['from', ({ from }) => from],
  ['to', ({ to }) => to],
  ['day', ({ day }) => day],
  ['cluster', ({ cluster }) => cluster],
  ['namespace', ({ namespace }) => namespace],
  ['service', ({ service }) => service],
  ['rollbacks', ({ rollbacks }) => rollbacks.total],
  ['met', ({ episodes }) => episodes.met],
  ['missed', ({ episodes }) => episodes.missed],
  ['open', ({ episodes }) => episodes.open],
  ['not_counted', ({ episodes }) => episodes.notCounted],
  ['late', ({ episodes }) => episodes.late],
  ['clock_skewed', ({ episodes }) => episodes.clockSkewed],
  ['attainment', ({ attainment }) => attainment],
  ['error_budget_left', ({ errorBudget }) => errorBudget?.left],
  ['measured', ({ alertToZero }) => alertToZero?.count],
  ['p50_ms', ({ alertToZero }) => alertToZero?.p50Ms],
  ['p90_ms', ({ alertToZero }) => alertToZero?.p90Ms],
  ['p95_ms', ({ alertToZero }) => alertToZero?.p95Ms],
  ['p99_ms', ({ alertToZero }) => alertToZero?.p99Ms],
  ['max_ms', ({ alertToZero }) => alertToZero?.maxMs],
  ['notified_p50_ms', ({ alertToNotified }) => alertToNotified?.p50Ms],
  ...STAGES.map(
    (stage) =>
      [
        `${stage.replaceAll('-', '_')}_mean_ms`,
        ({ stages }: Row) => stages.find((one) => one.stage === stage)?.meanMs,
      ] as const,
  ),
];

/** The figures of a report as CSV (RFC 4180): one row each for the window, the one before, its days and its services. */
export function reportCsv({ window, before, total, days, services }: Report): string {
  const rows: Row[] = [
    { about: 'window', from: window.from, to: window.to, ...total },
    { about: 'before', from: before.from, to: before.to, ...before.total },
    ...days.map((day): Row => ({ about: 'day', ...day })),
    ...services.listed.map((service): Row => ({ about: 'service', ...service })),
  ];
  const head = COLUMNS.map(([name]) => name);
  return [head, ...rows.map((row) => COLUMNS.map(([, of]) => csvCell(of(row))))]
    .map((row) => `${row.join(',')}\r\n`)
    .join('');
}

/** A spreadsheet runs a text that begins like a formula, and names come from outside. */
export function csvCell(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r\n]/.test(cell) && cell !== '-' ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
