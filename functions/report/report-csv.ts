import type { Report } from '#shared/contracts/report.ts';
import { type Cell, COLUMNS, csvRows } from './csv-rows.ts';

/** A report as CSV (RFC 4180). */
export function reportCsv(report: Report): string {
  const rows = csvRows(report).map((row) => COLUMNS.map((column) => csvCell(row[column])));
  return [COLUMNS, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

/** A spreadsheet runs a text that begins like a formula, and names come from outside. */
export function csvCell(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r\n]/.test(cell) && cell !== '-' ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
