import * as z from 'zod/mini';
import { OUTCOMES } from '#shared/domain/outcome.ts';
import { STAGES } from '#shared/domain/report/report.ts';
import { ReasonSchema } from './reason.ts';

const count = z.int();
const ms = z.number();
export const StageSchema = z.enum(STAGES);

const PercentilesSchema = z.object({
  count,
  meanMs: ms,
  p50Ms: ms,
  p90Ms: ms,
  p95Ms: ms,
  p99Ms: ms,
  maxMs: ms,
});

/** What is told of a day. */
export const DAY_FIGURES = {
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
  stages: z.array(z.object({ stage: StageSchema, share: z.number(), meanMs: ms, p50Ms: ms })),
};

/** What is told of a window, or of one service in it. */
export const FiguresSchema = z.object({
  ...DAY_FIGURES,
  errorBudget: z.object({ allowed: count, spent: count, left: count }),
  alertToNotified: z.optional(PercentilesSchema),
});

export const HintSchema = z.object({ kind: z.literal('group-wait'), heldMs: ms, message: z.string() });
