import './zod-words.ts';
import * as z from 'zod/mini';
import { parseJson } from './parse-json.ts';
import { type ParsedWebhook, readWebhook } from './webhook.ts';

const RecordSchema = z.object({
  EventSource: z.literal('aws:sns', 'expected a message from SNS'),
  Sns: z.object({
    TopicArn: z.string(),
    MessageId: z.string(),
    Message: z.string(),
    MessageAttributes: z._default(z.record(z.string(), z.looseObject({ Value: z.optional(z.string()) })), {}),
  }),
});

export type SnsMessage = {
  readonly topic: string;
  readonly id: string;
  readonly text: string;
  /** Alertmanager cuts off what is over SNS's 256 KB, and says so: the rest is no JSON. */
  readonly truncated: boolean;
};

/** One entry of the event that SNS invokes a function with; undefined for what another service sends. */
export function readSnsRecord(record: unknown): SnsMessage | undefined {
  const parsed = RecordSchema.safeParse(record);
  if (!parsed.success) return undefined;
  const { TopicArn: topic, MessageId: id, Message: text, MessageAttributes: attributes } = parsed.data.Sns;
  return { topic, id, text, truncated: attributes['truncated']?.Value === 'true' };
}

/**
 * The alerts of a message: what amp.tmpl makes of them, which is a webhook of version 4, or what AWS's own template for
 * Amazon Managed Prometheus does, which has no version, and the times as Go prints them.
 */
export function parseSnsMessage(text: string): ParsedWebhook {
  const json = parseJson(text);
  if (json === undefined) {
    const problem = 'the message is not JSON; give the receiver the template weightless.sns of amp.tmpl';
    return { kind: 'malformed', problems: [{ path: '', problem }] };
  }
  return readWebhook(isObject(json) && !('version' in json) ? asVersion4(json) : json);
}

function asVersion4({ alerts, ...rest }: Readonly<Record<string, unknown>>): unknown {
  return { ...rest, version: '4', alerts: Array.isArray(alerts) ? alerts.map(withRfc3339Times) : alerts };
}

function withRfc3339Times(alert: unknown): unknown {
  if (!isObject(alert)) return alert;
  const { startsAt, endsAt } = alert;
  return {
    ...alert,
    ...(startsAt === undefined ? {} : { startsAt: asRfc3339(startsAt) }),
    ...(endsAt === undefined ? {} : { endsAt: asRfc3339(endsAt) }),
  };
}

/** Go's Time.String: `2026-11-21 10:00:00.5 +0100 CET`, with the monotonic clock's reading where there is one. */
const GO_TIME =
  /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?) ([+-]\d\d)(\d\d) (?:[A-Za-z]{1,6}|[+-]\d\d(?:\d\d)?)(?: m=[+-]\d+\.\d+)?$/;

/** What is no such time is left as it is, for the schema to tell. */
function asRfc3339(time: unknown): unknown {
  return typeof time === 'string' ? time.replace(GO_TIME, '$1T$2$3:$4') : time;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
