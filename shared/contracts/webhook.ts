import './zod-words.ts';
import * as z from 'zod/mini';
import { type Alert, FINGERPRINT } from '#shared/domain/alert.ts';
import { parseJson } from './parse-json.ts';

/** RFC 3339 as Go writes it; Alertmanager sends the zero time where there is none. */
const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;
const time = z
  .string()
  .check(
    z.refine(
      (text) => RFC3339.test(text) && isCalendarDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text)),
      'expected an RFC 3339 time such as 2026-11-21T10:00:00Z',
    ),
  );
/** Date.parse takes 30 February for 2 March. */
function isCalendarDay(day: string): boolean {
  const parsed = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day);
}
const firedAt = time.check(
  // What is no time at all has been told above.
  z.refine((text) => !(Date.parse(text) <= 0), 'expected the time at which the alert began to fire'),
);

const AlertSchema = z.looseObject({
  status: z.enum(['firing', 'resolved']),
  labels: z.record(z.string(), z.string()),
  annotations: z._default(z.record(z.string(), z.string()), {}),
  startsAt: firedAt,
  endsAt: z.optional(time),
  generatorURL: z.optional(z.string()),
  fingerprint: z
    .string('expected the fingerprint that Alertmanager gives the alert, as text')
    .check(z.regex(FINGERPRINT, 'expected the fingerprint that Alertmanager gives the alert')),
});

const versionWords =
  'expected Alertmanager’s own webhook body, version "4"; a custom payload: in the receiver makes another one, so take it out';

/** Alertmanager's webhook body, version 4 (Alertmanager 0.25 to 0.34); keys that newer ones add are let through. */
const WebhookSchema = z.looseObject({
  version: z.literal('4', versionWords),
  alerts: z.array(AlertSchema, 'expected the list of alerts'),
  truncatedAlerts: z.optional(z.int().check(z.nonnegative())),
  receiver: z.optional(z.string()),
  groupKey: z.optional(z.string()),
});

export const MAX_ALERTS = 5000;

export type Webhook = { readonly alerts: readonly Alert[]; readonly truncatedAlerts: number };

export type ParsedWebhook =
  | { readonly kind: 'webhook'; readonly webhook: Webhook }
  | { readonly kind: 'too-many-alerts'; readonly count: number }
  | { readonly kind: 'malformed'; readonly problems: readonly Problem[] };

/** Where a body is wrong, and what was expected there. */
export type Problem = { readonly path: string; readonly problem: string };

const MAX_PROBLEMS = 20;
/** The name of a label is the sender's, and may be megabytes. */
const MAX_PATH_CHARS = 300;

/** Parses a webhook's body; what is wrong with it is a value that a person can act on. */
export function parseWebhook(text: string): ParsedWebhook {
  const json = parseJson(text);
  return json === undefined
    ? { kind: 'malformed', problems: [{ path: '', problem: 'the body is not JSON' }] }
    : readWebhook(json);
}

/** Reads what has been parsed from JSON. */
export function readWebhook(json: unknown): ParsedWebhook {
  // Counted before each one is looked at: a flood costs one count.
  const count = alertCount(json);
  if (count > MAX_ALERTS) return { kind: 'too-many-alerts', count };
  const parsed = check(json);
  if (!parsed) return { kind: 'malformed', problems: [{ path: '', problem: 'more is wrong than can be listed' }] };
  if (!parsed.success)
    return { kind: 'malformed', problems: parsed.error.issues.slice(0, MAX_PROBLEMS).map(problemOf) };
  const { alerts, truncatedAlerts } = parsed.data;
  return { kind: 'webhook', webhook: { alerts: alerts.map(alertOf), truncatedAlerts: truncatedAlerts ?? 0 } };
}

/** zod passes all problems on as the arguments of one call, which takes about a hundred thousand: undefined for more. */
function check(json: unknown) {
  try {
    return WebhookSchema.safeParse(json);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function alertCount(json: unknown): number {
  return typeof json === 'object' && json !== null && 'alerts' in json && Array.isArray(json.alerts)
    ? json.alerts.length
    : 0;
}

function alertOf(parsed: z.infer<typeof AlertSchema>): Alert {
  const { status, labels, annotations, startsAt, endsAt, fingerprint, generatorURL } = parsed;
  return {
    status,
    labels,
    annotations,
    startsAt: Date.parse(startsAt),
    ...(status === 'resolved' && endsAt !== undefined && Date.parse(endsAt) > 0 ? { endsAt: Date.parse(endsAt) } : {}),
    fingerprint,
    ...(generatorURL ? { generatorUrl: generatorURL } : {}),
  };
}

function problemOf({ path, message }: { path: readonly PropertyKey[]; message: string }): Problem {
  const written = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return { path: written.replace(/^\./, '').slice(0, MAX_PATH_CHARS), problem: message };
}
