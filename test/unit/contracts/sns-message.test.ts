import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSnsMessage, readSnsRecord } from '#shared/contracts/sns-message.ts';
import { parseWebhook } from '#shared/contracts/webhook.ts';
import { aRawAlert, aWebhook } from '#test/builders/alert.ts';
import { anSnsEvent, TOPIC } from '#test/builders/sns-event.ts';

/** A message as AWS's template makes it. */
function asAws(overrides: Record<string, unknown> = {}): string {
  const { annotations, ...alert } = aRawAlert();
  const times = { startsAt: '2026-11-21 10:00:00.5 +0000 UTC', endsAt: '0001-01-01 00:00:00 +0000 UTC' };
  return JSON.stringify({ receiver: 'sns', status: 'firing', alerts: [{ ...alert, ...times, ...overrides }] });
}

function startsAtOf(text: string): string {
  const parsed = parseSnsMessage(text);
  if (parsed.kind !== 'webhook') throw new Error(JSON.stringify(parsed));
  return new Date(parsed.webhook.alerts[0]?.startsAt ?? 0).toISOString();
}

describe('a message from SNS', () => {
  it('with a webhook of version 4 is read as that webhook', () => {
    const text = JSON.stringify(aWebhook());

    expect(parseSnsMessage(text)).toEqual(parseWebhook(text));
    expect(parseSnsMessage(text).kind).toBe('webhook');
  });

  it('of AWS’s template is read without a version, annotations and an end', () => {
    const parsed = parseSnsMessage(asAws());

    expect(parsed).toMatchObject({
      kind: 'webhook',
      webhook: { truncatedAlerts: 0, alerts: [{ status: 'firing', annotations: {}, fingerprint: '6de87c554b1410dd' }] },
    });
    expect(JSON.stringify(parsed)).not.toContain('endsAt');
  });

  it.each([
    ['2026-11-21 10:00:00 +0000 UTC', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21 10:00:00.123456789 +0000 UTC', '2026-11-21T10:00:00.123Z'],
    ['2026-11-21 10:00:00.5 +0100 CET', '2026-11-21T09:00:00.500Z'],
    ['2026-11-21 10:00:00 -0330 NST', '2026-11-21T13:30:00.000Z'],
    ['2026-11-21 10:00:00 -0300 -03', '2026-11-21T13:00:00.000Z'],
    ['2026-11-21 10:00:00 +0545 +0545', '2026-11-21T04:15:00.000Z'],
    ['2026-11-21 10:00:00.1 +0000 UTC m=+12.345678901', '2026-11-21T10:00:00.100Z'],
    ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
  ])('has the time %s of Go read as %s', (startsAt, expected) => {
    expect(startsAtOf(asAws({ startsAt }))).toBe(expected);
  });

  it.each([
    '2026-11-21 10:00:00',
    '2026-11-21 10:00 +0000 UTC',
    '2026-02-30 10:00:00 +0000 UTC',
    '2026-11-21 25:00:00 +0000 UTC',
    '0001-01-01 00:00:00 +0000 UTC',
    'Sat Nov 21 10:00:00 2026',
    'x 2026-11-21 10:00:00 +0000 UTC',
    '',
    1_795_255_200,
  ])('has no start where it says %s', (startsAt) => {
    expect(parseSnsMessage(asAws({ startsAt }))).toMatchObject({
      kind: 'malformed',
      problems: [expect.objectContaining({ path: 'alerts[0].startsAt' })],
    });
  });

  it.each([
    ['no JSON', 'Alerts Firing: Labels: alertname = CanaryErrorRateHigh', ''],
    ['a quote that nobody escaped', asAws().replace('"CanaryErrorRateHigh"', '"Canary "error" rate"'), ''],
    ['a message that was cut off', asAws().slice(0, -20), ''],
    ['no alerts', '{"receiver":"sns","status":"firing"}', 'alerts'],
    ['an alert that is none', '{"alerts":[null]}', 'alerts[0]'],
    ['another version', JSON.stringify(aWebhook(undefined, { version: '5' })), 'version'],
    ['an alert without a fingerprint', asAws({ fingerprint: undefined }), 'alerts[0].fingerprint'],
    ['JSON that is no object', 'null', ''],
  ])('that holds %s is malformed, and says where', (_case, text, path) => {
    expect(parseSnsMessage(text)).toMatchObject({ kind: 'malformed', problems: [expect.objectContaining({ path })] });
  });
});

describe('any text that comes by SNS', () => {
  it('is read or malformed, and never throws', () => {
    const json = fc.json().map((text) => `{"alerts":[${text}],"x":${text}}`);

    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), json), (text) => {
        expect(parseSnsMessage(text).kind).toMatch(/^(webhook|malformed)$/);
      }),
    );
  });

  it('has its times read as Go wrote them, in whatever zone', () => {
    const hours = fc.integer({ min: -12, max: 14 });
    const time = fc.integer({ min: 1, max: 4_102_444_800 });

    fc.assert(
      fc.property(time, hours, fc.constantFrom(0, 30, 45), (seconds, offset, minutes) => {
        const local = new Date((seconds + offset * 3600 + Math.sign(offset) * minutes * 60) * 1000).toISOString();
        const zone = `${offset < 0 ? '-' : '+'}${pad(Math.abs(offset))}${pad(offset === 0 ? 0 : minutes)}`;
        const startsAt = `${local.slice(0, 10)} ${local.slice(11, 19)} ${zone} ${zone}`;

        expect(startsAtOf(asAws({ startsAt }))).toBe(new Date(seconds * 1000).toISOString());
      }),
    );
  });
});

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

describe('a record that a function is invoked with', () => {
  it('of SNS is read with its topic, and whether Alertmanager cut it off', () => {
    const [record] = anSnsEvent({ MessageAttributes: { truncated: { Type: 'String', Value: 'true' } } }).Records;

    expect(readSnsRecord(record)).toMatchObject({ topic: TOPIC, id: 'message-1', truncated: true });
    expect(readSnsRecord(anSnsEvent().Records[0])).toMatchObject({ truncated: false });
  });

  it.each([[{ eventSource: 'aws:sqs', body: '{}' }], [{ EventSource: 'aws:sns' }], [null], [{}]])(
    'of another service is none: %j',
    (record) => {
      expect(readSnsRecord(record)).toBeUndefined();
    },
  );
});
