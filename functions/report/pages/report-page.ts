import type { Report } from '#shared/contracts/report.ts';
import { windowText } from '#shared/domain/report/report-window.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { breachSections } from './breach-tables.ts';
import { document } from './document.ts';
import { comparisonSection, outcomeSection, serviceSection } from './figure-tables.ts';
import { reportQuery } from './links.ts';
import { lastRollback, recentRollbacks } from './recent-rollbacks.ts';
import { chartSection } from './report-charts.ts';
import { figureTiles, headline, notes, windowNav } from './report-head.ts';

/** `GET /`: how the rollback SLA stands in a window, and the last rollbacks whatever the window. */
export function reportPage(report: Report, recent: readonly RollbackRecord[], now: number): Html {
  const data = `/v1/report${reportQuery(windowText(report.window), report.filter)}`;
  return document({
    title: 'Rollback SLA',
    nav: windowNav(report),
    body: html`${headline(report)}${lastRollback(recent)}${figureTiles(report)}${notes(report)}${chartSection(report)}${breachSections(report)}${serviceSection(report)}${comparisonSection(report)}${outcomeSection(report)}${recentRollbacks(recent)}`,
    foot: html`<p>The same as data: <a href="${data}">JSON</a>, <a href="${`${data}&format=csv`}">CSV</a>, or <code>weightless report</code> in a terminal.</p>\n`,
    now,
  });
}
