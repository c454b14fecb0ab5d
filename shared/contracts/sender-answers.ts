import * as z from 'zod/mini';
import { OUTCOMES } from '#shared/domain/outcome.ts';
import { CommandSchema, ResidualSchema } from './events.ts';
import { ReasonSchema } from './reason.ts';

/** `POST /v1/alerts`: an entry an alert and target, in the order delivered. With 503 the same once more can help. */
export const AlertsAnswerSchema = z.object({
  results: z.array(
    z.object({
      fingerprint: z.string(),
      startsAt: z.iso.datetime(),
      outcome: z.enum(OUTCOMES),
      reason: z.optional(ReasonSchema),
      message: z.string(),
      rollbackId: z.optional(z.string()),
      target: z.optional(z.object({ cluster: z.string(), canary: z.string(), virtualServices: z.array(z.string()) })),
      alertToZeroMs: z.optional(z.number()),
      slaMet: z.optional(z.boolean()),
      late: z.optional(z.boolean()),
      clockSkew: z.optional(z.boolean()),
      residual: z.optional(z.union([z.array(ResidualSchema), z.literal('unknown')])),
      commands: z.optional(z.array(CommandSchema)),
    }),
  ),
});

/** `POST /v1/heartbeat`: whether a firing Watchdog was among the alerts. */
export const HeartbeatAnswerSchema = z.object({ heartbeat: z.boolean() });

/** `GET /healthz`: which settings are in use, and whether others may be stored by now. */
export const HealthSchema = z.object({
  status: z.literal('ok'),
  settings: z.optional(z.object({ origin: z.string(), stale: z.boolean() })),
});

/** No alert could be handled now. */
export const IllHealthSchema = z.object({ status: z.literal('failing'), settings: z.string() });
