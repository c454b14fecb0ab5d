import { randomUUID } from 'node:crypto';
import { EVENT_SCHEMA_VERSION, EVENT_SOURCE, type ReportOutboxEvent } from '#shared/contracts/events.ts';
import { weekPage } from '#shared/contracts/page-urls.ts';
import type { SlaReportData } from '#shared/contracts/report-event.ts';
import type { Figures, Report } from '#shared/domain/report/report.ts';

/**
 * The event that tells of a week. Its id is made for it: whoever writes the event notes the week in the same transaction,
 * so there is one; and two deployments whose reports go to one place are not taken for each other.
 */
export function buildReportEvent(report: Report, now: number, pageUrl?: string): ReportOutboxEvent {
  const id = randomUUID();
  const { window, before, objective, targetMs, total, hint, missingDays } = report;
  const { from, to } = window;
  const page = pageUrl === undefined ? undefined : weekPage(pageUrl, window);
  const data: SlaReportData = {
    window: { from, to },
    objective,
    targetMs,
    total: figuresOf(total),
    before: { from: before.from, to: before.to, total: figuresOf(before.total) },
    ...(hint ? { hint } : {}),
    missingDays: [...missingDays],
    ...(page === undefined ? {} : { page }),
  };
  const metadata = {
    id,
    version: EVENT_SCHEMA_VERSION,
    timestamp: new Date(now).toISOString(),
    service: EVENT_SOURCE,
    correlationId: id,
  } as const;
  return { id, type: 'SlaReported', createdAt: now, detail: { metadata, data } };
}

function figuresOf({ rollbacks, stages, ...figures }: Figures): SlaReportData['total'] {
  const byOutcome = rollbacks.byOutcome.map((one) => ({ ...one, reasons: [...one.reasons] }));
  return { ...figures, rollbacks: { ...rollbacks, byOutcome }, stages: [...stages] };
}
