import * as z from 'zod/mini';
import { OUTCOMES } from '#shared/domain/outcome.ts';
import { type Report, WINDOWS } from '#shared/domain/report/report.ts';
import { DAY_FIGURES, FiguresSchema, HintSchema, StageSchema } from './figures.ts';
import { ReasonSchema } from './reason.ts';

export type { Report } from '#shared/domain/report/report.ts';

const count = z.int();
const ms = z.number();
const instant = z.iso.datetime();
const day = z.iso.date();

const service = { cluster: z.string(), namespace: z.string(), service: z.string() };
export const BreachSchema = z.object({
  ...service,
  rollbackId: z.string(),
  canary: z.string(),
  alertName: z.string(),
  outcome: z.enum(OUTCOMES),
  reason: z.optional(ReasonSchema),
  firedAt: instant,
  receivedAt: instant,
  targetMs: ms,
  alertToZeroMs: z.optional(ms),
  slowestStage: z.optional(z.object({ stage: StageSchema, ms })),
});

const listed = <T extends z.core.$ZodType>(item: T) => z.object({ listed: z.array(item), leftOut: count });

/** What `GET /v1/report` answers. Fields may be added; readers ignore those that they do not know. */
export const ReportSchema = z.object({
  window: z.object({ name: z.enum([...WINDOWS, 'custom']), from: instant, to: instant }),
  filter: z.object({
    cluster: z.optional(z.string()),
    namespace: z.optional(z.string()),
    service: z.optional(z.string()),
  }),
  generatedAt: instant,
  objective: z.number(),
  targetMs: ms,
  total: FiguresSchema,
  before: z.object({ from: instant, to: instant, total: FiguresSchema }),
  services: listed(z.extend(FiguresSchema, service)),
  days: z.array(z.object({ day, ...DAY_FIGURES })),
  histogram: z.array(z.object({ fromMs: ms, toMs: ms, count })),
  hint: z.optional(HintSchema),
  breaches: listed(BreachSchema),
  late: listed(BreachSchema),
  clockSkewed: listed(BreachSchema),
  missingDays: z.array(day),
});

/** @throws ZodError */
export function parseReport(answer: unknown): Report {
  return ReportSchema.parse(answer);
}
