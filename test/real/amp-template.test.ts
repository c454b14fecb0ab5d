import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseSnsMessage } from '#shared/contracts/sns-message.ts';
import { parseWebhook } from '#shared/contracts/webhook.ts';
import { type AlertmanagerVersion, startAlertmanager } from '#test/real/engines/alertmanager.ts';
import { type Published, startSnsServer } from '#test/real/engines/sns-server.ts';
import { startWebhookReceiver } from '#test/real/engines/webhook-receiver.ts';

const versions: AlertmanagerVersion[] = ['0.25', '0.31'];
const shipped = fileURLToPath(new URL('../../infra/alertmanager/amp.tmpl', import.meta.url));
const TOPIC = 'arn:aws:sns:eu-central-1:000000000000:alerts';

/** As AWS's own: no version, strings unescaped, the times as Go prints them. */
const AS_AWS = `{{ define "as.aws" }}{"receiver": "{{ .Receiver }}","status": "{{ .Status }}","alerts": [
{{- range $i, $a := .Alerts }}{{ if $i }}, {{ end }}{"status": "{{ $a.Status }}","labels": { {{- range $j, $p := $a.Labels.SortedPairs }}
{{- if $j }}, {{ end }}"{{ $p.Name }}": "{{ $p.Value }}"{{ end }} },"startsAt": "{{ $a.StartsAt }}","endsAt": "{{ $a.EndsAt }}",
"generatorURL": "{{ $a.GeneratorURL }}","fingerprint": "{{ $a.Fingerprint }}"}{{ end }}]}{{ end }}`;

const controls = String.fromCharCode(...Array.from({ length: 32 }, (_, code) => code));
const HOSTILE = {
  quotes: '"quoted" and \'single\' and `ticks`',
  backslashes: 'C:\\new\\table\\" \\\\u0041 \\\' $1 $0',
  lines: 'one\ntwo\r\nthree\tfour',
  markup: '</script><b>&amp; = {{ .Status }}',
  beyond: '🔥 é 中 \u2028 \u00ad \ue000 🏴󠁧󠁢󠁥󠁮󠁧󠁿 \u007f',
  controls: `${controls}.`,
};
const LABELS = { alertname: 'CanaryErrorRateHigh', severity: 'critical', destination_service_name: 'payment-svc' };
const ALERTS = [
  {
    labels: { ...LABELS, ...HOSTILE },
    annotations: { summary: HOSTILE.backslashes, controls: HOSTILE.controls, beyond: HOSTILE.beyond },
    startsAt: '2026-11-21T10:00:00.123456789Z',
    generatorURL: 'http://prometheus.example.com/graph?g0.expr=up%7Ba%3D%22b%22%7D&g0.tab=1',
  },
  { labels: { ...LABELS, destination_version: 'v2' }, startsAt: '2026-11-21T10:00:00+01:00' },
];

const cleanups: (() => Promise<unknown>)[] = [];
// Where it is set, Alertmanager 0.31 sends nothing over SNS: "unable to add custom RootCAs HTTPClient".
beforeEach(() => void vi.stubEnv('AWS_CA_BUNDLE', undefined));
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type World = { version: AlertmanagerVersion; templates: string; name: string };

/** What one Alertmanager sends of the same alerts over SNS and as its own webhook. */
async function send(
  { version, templates, name }: World,
  alerts: unknown,
): Promise<{ sns: Published; webhook: string }> {
  const sns = await startSnsServer();
  cleanups.push(sns.stop);
  const receiver = await startWebhookReceiver();
  cleanups.push(receiver.stop);
  const config = JSON.stringify({
    templates: [templates],
    route: { receiver: 'both', group_wait: '0s' },
    receivers: [
      {
        name: 'both',
        webhook_configs: [{ url: receiver.url }],
        sns_configs: [
          {
            api_url: sns.url,
            topic_arn: TOPIC,
            sigv4: { region: 'eu-central-1', access_key: 'test', secret_key: 'test' },
            subject: 'Weightless',
            message: `{{ template "${name}" . }}`,
          },
        ],
      },
    ],
  });
  const alertmanager = await startAlertmanager({ version, config });
  cleanups.push(alertmanager.stop);
  const answer = await fetch(`${alertmanager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  });
  expect(answer.status).toBe(200);
  const [message, { body }] = await Promise.all([sns.waitFor(TOPIC), receiver.waitFor(() => true)]);
  return { sns: message, webhook: body };
}

describe.each(versions)('the message that Alertmanager %s sends over SNS', (version) => {
  it('with the shipped template is a webhook of version 4 that says what its own webhook does, hostile text included', async () => {
    const { sns, webhook } = await send({ version, templates: shipped, name: 'weightless.sns' }, ALERTS);

    expect(JSON.parse(sns.message)).toMatchObject({ version: '4', receiver: 'both', status: 'firing' });
    expect(JSON.parse(sns.message).alerts).toEqual(JSON.parse(webhook).alerts);
    expect(parseSnsMessage(sns.message)).toEqual(parseWebhook(webhook));
    expect(sns).toMatchObject({ subject: 'Weightless', truncated: false });
    expect(JSON.parse(sns.message).alerts.map(({ labels }: { labels: unknown }) => labels)).toContainEqual({
      ...LABELS,
      ...HOSTILE,
    });
  });

  it('with a template such as that of AWS, without a version and with the times of Go, is read as the same alerts', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'weightless-template-'));
    cleanups.push(() => rm(directory, { recursive: true, force: true }));
    const templates = join(directory, 'as-aws.tmpl');
    await writeFile(templates, AS_AWS);

    const { sns, webhook } = await send({ version, templates, name: 'as.aws' }, ALERTS.slice(1));

    expect(sns.message).toContain('"startsAt": "2026-11-21 ');
    expect(parseSnsMessage(sns.message)).toEqual(parseWebhook(webhook));
  });

  it('is cut off at 256 KB and said to be, and is then no message', async () => {
    const annotations = { description: 'x'.repeat(300 * 1024) };

    const { sns } = await send({ version, templates: shipped, name: 'weightless.sns' }, [
      { labels: LABELS, annotations },
    ]);

    expect(sns.truncated).toBe(true);
    expect(parseSnsMessage(sns.message)).toMatchObject({ kind: 'malformed' });
  });
});
