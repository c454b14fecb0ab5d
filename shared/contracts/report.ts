import * as z from 'zod/mini';
import { OUTCOMES } from '#shared/domain/outcome.ts';
import { type Report, STAGES, WINDOWS } from '#shared/domain/report/report.ts';
import { ReasonSchema } from './events.ts';

export type { Report } from '#shared/domain/report/report.ts';

const count = z.int();
const ms = z.number();
const instant = z.iso.datetime();
const day = z.iso.date();
const stage = z.enum(STAGES);

const PercentilesSchema = z.object({
  count,
  meanMs: ms,
  p50Ms: ms,
  p90Ms: ms,
  p95Ms: ms,
  p99Ms: ms,
  maxMs: ms,
});

const figures = {
  rollbacks: z.object({
    total: count,
    byOutcome: z.array(
      z.object({
        outcome: z.enum(OUTCOMES),
        count,
        reasons: z.array(z.object({ reason: ReasonSchema, count })),
      }),
    ),
  }),
  episodes: z.object({ met: count, missed: count, open: count, notCounted: count, late: count, clockSkewed: count }),
  attainment: z.optional(z.number()),
  alertToZero: z.optional(PercentilesSchema),
  stages: z.array(z.object({ stage, share: z.number(), meanMs: ms, p50Ms: ms })),
};
const FiguresSchema = z.object({
  ...figures,
  errorBudget: z.object({ allowed: count, spent: count, left: count }),
  alertToNotified: z.optional(PercentilesSchema),
});

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
  slowestStage: z.optional(z.object({ stage, ms })),
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
  days: z.array(z.object({ day, ...figures })),
  histogram: z.array(z.object({ fromMs: ms, toMs: ms, count })),
  hint: z.optional(z.object({ kind: z.literal('group-wait'), heldMs: ms, message: z.string() })),
  breaches: listed(BreachSchema),
  late: listed(BreachSchema),
  clockSkewed: listed(BreachSchema),
  missingDays: z.array(day),
});

/** @throws ZodError */
export function parseReport(answer: unknown): Report {
  return ReportSchema.parse(answer);
}
