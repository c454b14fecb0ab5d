import * as z from 'zod/mini';
import { FiguresSchema, HintSchema } from './figures.ts';
import { instant } from './instant.ts';

/** `to` is the first instant after it. */
const WeekSchema = z.object({ from: instant, to: instant });

/** What the weekly event tells: seven days of UTC that are over, by the words of `GET /v1/report`, and the seven before them. */
export const SlaReportDataSchema = z.object({
  window: WeekSchema,
  /** The share of counted episodes that has to meet its target, and the target where an object names no other. */
  objective: z.number(),
  targetMs: z.number(),
  total: FiguresSchema,
  before: z.extend(WeekSchema, { total: FiguresSchema }),
  /** Absent unless the figures show it. */
  hint: z.optional(HintSchema),
  /** Days of either week whose figures were not ready: what happened in them is in no figure. */
  missingDays: z.array(z.string()),
  /** The page of just this week; absent where the deployment does not know its address. */
  page: z.optional(z.string()),
});
export type SlaReportData = z.infer<typeof SlaReportDataSchema>;
