import * as z from 'zod/mini';
import { clip } from '#shared/domain/notify/clip.ts';
import { PAGE, type ReportFigures, type ReportNotice, webLink } from '#shared/domain/notify/notice.ts';
import type { ReportBusEvent } from './bus-event.ts';
import { daysOf, weekPage } from './page-urls.ts';
import type { NoticeOptions } from './read-notice.ts';

const count = z.catch(z.number(), 0);
const text = z.catch(z.string(), '');

const FiguresSchema = z.object({
  rollbacks: z.catch(z.object({ total: count }), { total: 0 }),
  episodes: z.catch(z.object({ met: count, missed: count, open: count, notCounted: count, late: count }), {
    met: 0,
    missed: 0,
    open: 0,
    notCounted: 0,
    late: 0,
  }),
  attainment: z.catch(z.optional(z.number()), undefined),
  errorBudget: z.catch(z.object({ allowed: count, left: count }), { allowed: 0, left: 0 }),
  alertToZero: z.catch(z.optional(z.object({ p50Ms: z.number(), p95Ms: z.number() })), undefined),
  stages: z.catch(z.array(z.object({ stage: z.string(), share: z.number(), p50Ms: z.number() })), []),
});
type Figures = z.infer<typeof FiguresSchema>;

/** As it is needed here. A field that is not as expected is left out: people are told in any case. */
const DataSchema = z.object({
  objective: z.catch(z.number(), 0),
  targetMs: z.catch(z.number(), 0),
  total: z.catch(FiguresSchema, FiguresSchema.parse({})),
  before: z.catch(z.object({ total: FiguresSchema }), { total: FiguresSchema.parse({}) }),
  hint: z.catch(z.optional(z.object({ message: text })), undefined),
  missingDays: z.catch(z.array(z.string()), []),
  page: z.catch(z.optional(z.string()), undefined),
});

const MAX_CHARS = 300;

/** What the event of a week says to people. It is `info`: nobody is to be woken for it. */
export function readReportNotice({ id, type, time, data }: ReportBusEvent, { pageUrl }: NoticeOptions): ReportNotice {
  const { objective, targetMs, total, before, hint, missingDays, page } = DataSchema.parse(data);
  const url = pageUrl === undefined ? page : weekPage(pageUrl, data.window);
  const isEmpty = total.rollbacks.total === 0 && missingDays.length === 0;
  return {
    about: 'report',
    eventId: id,
    type,
    time,
    severity: 'info',
    message: isEmpty ? NOTHING_HAPPENED : clip(hint?.message ?? '', MAX_CHARS),
    commands: [],
    links: webLink(PAGE.report, url),
    window: daysOf(data.window),
    objective,
    targetMs,
    total: figuresOf(total),
    before: figuresOf(before.total),
    stage: longestOf(total),
    missingDays: missingDays.map((day) => clip(day, 40)),
  };
}

/** Said, as silence could as well mean that the service does not run. */
const NOTHING_HAPPENED = 'No alert asked for a rollback in these seven days.';

function figuresOf({ rollbacks, episodes, attainment, errorBudget, alertToZero }: Figures): ReportFigures {
  return { rollbacks: rollbacks.total, ...episodes, attainment, budget: errorBudget, times: alertToZero };
}

function longestOf({ stages }: Figures): ReportNotice['stage'] {
  const [longest] = stages.toSorted((a, b) => b.share - a.share);
  return longest && { name: clip(longest.stage, MAX_CHARS), share: longest.share, p50Ms: longest.p50Ms };
}
