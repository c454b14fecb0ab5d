import { reportBuilder } from '#shared/domain/report/build-report.ts';
import type { RollbackFacts } from '#shared/domain/report/count-episode.ts';
import { dayFolder } from '#shared/domain/report/fold-day.ts';
import type { Report, ReportFilter } from '#shared/domain/report/report.ts';
import { dayOf, parseWindow } from '#shared/domain/report/report-window.ts';

type Question = { readonly window: string; readonly now: number; readonly filter?: ReportFilter };

/** The report on these rollbacks as the service makes it, so that no figure on a picture contradicts another one. */
export function foldReport(rollbacks: readonly RollbackFacts[], { window, now, filter = {} }: Question): Report {
  const parsed = parseWindow(window, now);
  if (parsed.kind === 'wrong') throw new Error(parsed.allowed);
  const { range } = parsed;
  const builder = reportBuilder({ range, filter, objective: 0.99, targetMs: 60_000, now });
  for (const [day, records] of Map.groupBy(rollbacks, ({ timeline }) => dayOf(timeline.receivedAt))) {
    const folder = dayFolder();
    for (const record of records) folder.add(record);
    builder.addFold(Date.parse(day) >= range.from ? 'window' : 'before', day, folder.finish());
  }
  return builder.finish();
}
