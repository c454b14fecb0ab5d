import { parseBusEvent, type ReportBusEvent } from '#shared/contracts/bus-event.ts';
import type { ReportOutboxEvent } from '#shared/contracts/events.ts';
import type { NoticeOptions } from '#shared/contracts/read-notice.ts';
import { readReportNotice } from '#shared/contracts/read-report-notice.ts';
import type { ReportNotice } from '#shared/domain/notify/notice.ts';
import type { Report } from '#shared/domain/report/report.ts';
import { buildReportEvent } from '#shared/steps/build-report-event.ts';
import { aBusMessage } from './bus-message.ts';
import { PAGE_URL } from './news.ts';
import { aReport, REPORT_TO } from './report.ts';

const EIGHT_HOURS_MS = 28_800_000;

/** The event of the report's week as guard writes it, under a known id. */
export function aReportEvent(overrides: Partial<Report> = {}, id = 'report-1'): ReportOutboxEvent {
  const event = buildReportEvent(aReport(overrides), REPORT_TO + EIGHT_HOURS_MS, PAGE_URL);
  const { metadata, data } = event.detail;
  return { ...event, id, detail: { metadata: { ...metadata, id, correlationId: id }, data } };
}

/** A report as channels get it; `data` replaces fields of what it tells. */
export function reportNews(
  overrides: Partial<Report> = {},
  data: Readonly<Record<string, unknown>> = {},
  options: NoticeOptions = { pageUrl: PAGE_URL },
): { readonly event: ReportBusEvent; readonly notice: ReportNotice } {
  const event = aReportEvent(overrides);
  const detail = { ...event.detail, data: { ...event.detail.data, ...data } };
  const parsed = parseBusEvent(aBusMessage({ ...event, detail }));
  if (parsed.kind !== 'event') throw new Error(parsed.problem);
  if (parsed.event.type !== 'SlaReported') throw new Error('it is no report');
  return { event: parsed.event, notice: readReportNotice(parsed.event, options) };
}
