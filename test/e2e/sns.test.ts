import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { type AlertmanagerVersion, startAlertmanager } from '#test/real/engines/alertmanager.ts';
import { destinationRule, users, virtualService } from '#test/real/incident-world.ts';
import { alertAbout } from './alerts.ts';
import { stackOf } from './stack.ts';
import { functionName } from './world.ts';

const WITHIN = { timeout: 90_000, interval: 100 };
const shipped = fileURLToPath(new URL('../../infra/alertmanager/amp.tmpl', import.meta.url));
/** As AWS's own template for Amazon Managed Prometheus: no version, the times as Go prints them. */
const AS_AWS = `{{ define "as.aws" }}{"receiver": "{{ .Receiver }}","status": "{{ .Status }}","alerts": [
{{- range $i, $a := .Alerts }}{{ if $i }}, {{ end }}{"status": "{{ $a.Status }}","labels": { {{- range $j, $p := $a.Labels.SortedPairs }}
{{- if $j }}, {{ end }}"{{ $p.Name }}": "{{ $p.Value }}"{{ end }} },"startsAt": "{{ $a.StartsAt }}","endsAt": "{{ $a.EndsAt }}",
"generatorURL": "{{ $a.GeneratorURL }}","fingerprint": "{{ $a.Fingerprint }}"}{{ end }}]}{{ end }}`;

const stack = stackOf(inject('world'));
const { admin, aws, world } = stack;
const stops: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});
// Where it is set, Alertmanager 0.31 sends nothing over SNS: "unable to add custom RootCAs HTTPClient".
beforeEach(() => void vi.stubEnv('AWS_CA_BUNDLE', undefined));

type Template = { readonly version: AlertmanagerVersion; readonly file: string; readonly name: string };

/** An Alertmanager that knows SNS only, as Amazon Managed Prometheus' does; it gets one alert. */
async function tellOverSns({ version, file, name }: Template, namespace: string): Promise<void> {
  const config = {
    templates: [file],
    route: { receiver: 'weightless', group_wait: '0s' },
    receivers: [
      {
        name: 'weightless',
        sns_configs: [
          {
            api_url: world.env.AWS_ENDPOINT_URL,
            topic_arn: world.topicArn,
            sigv4: { region: world.env.AWS_REGION, access_key: 'test', secret_key: 'test' },
            message: `{{ template "${name}" . }}`,
          },
        ],
      },
    ],
  };
  const alertmanager = await startAlertmanager({ version, config: JSON.stringify(config) });
  stops.push(alertmanager.stop);
  const { labels, annotations, startsAt, generatorURL } = alertAbout({ namespace });
  const answer = await fetch(`${alertmanager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ labels, annotations, startsAt, generatorURL }]),
  });
  expect(answer.status).toBe(200);
}

describe('an alert that comes over SNS', () => {
  test.each([
    ['the shipped template', 'weightless.sns', '0.31'],
    ['a template such as that of AWS', 'as.aws', '0.25'],
  ] as const)('in %s is rolled back and recorded', async (_what, name, version) => {
    const directory = await mkdtemp(join(tmpdir(), 'weightless-e2e-sns-'));
    stops.push(() => rm(directory, { recursive: true, force: true }));
    const asAws = join(directory, 'as-aws.tmpl');
    await writeFile(asAws, AS_AWS);
    const namespace = await admin.newNamespace();
    await admin.create(destinationRule(namespace));
    await admin.create(virtualService(namespace));

    await tellOverSns({ version, name, file: name === 'as.aws' ? asAws : shipped }, namespace);
    await vi.waitFor(async () => expect(await stack.records(namespace)).toHaveLength(1), WITHIN);

    expect(await stack.records(namespace)).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(await admin.get(virtualService(namespace))).toMatchObject({
      spec: { http: [{ name: 'testers' }, { name: 'users', route: users(100, 0) }] },
    });
  });

  test('is in the dead letters after three tries where nobody can read it', async () => {
    const text = `no alert ${Date.now()}`;
    const Sns = { TopicArn: world.topicArn, MessageId: 'unreadable', Message: text };

    // As SNS calls a function on AWS: with Lambda's own tries. The emulator's SNS calls it once and forgets it.
    await aws.lambda.send(
      new InvokeCommand({
        FunctionName: functionName('rollback'),
        InvocationType: 'Event',
        Payload: JSON.stringify({ Records: [{ EventSource: 'aws:sns', Sns }] }),
      }),
    );
    const dead = await vi.waitFor(async () => {
      const { Messages: found = [] } = await aws.sqs.send(
        new ReceiveMessageCommand({ QueueUrl: world.outputs['RollbackDeadLettersUrl'], MaxNumberOfMessages: 10 }),
      );
      expect(found).not.toHaveLength(0);
      return found;
    }, WITHIN);

    expect(dead.map(({ Body }) => Body)).toEqual([expect.stringContaining(text)]);
  });
});
