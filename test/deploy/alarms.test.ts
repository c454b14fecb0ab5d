import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { OUTCOMES } from '#shared/domain/outcome.ts';
import { createMeter } from '#shared/runtime/meter.ts';
import { recordOutput } from '#test/doubles/record-output.ts';
import { templateOf } from './template.ts';

const template = templateOf('plain');
const alarms = template.ofType('AWS::CloudWatch::Alarm');
const OURS = 'Weightless';

type Metric = { readonly name: string; readonly dimensions: Readonly<Record<string, string>> };

const watched: Metric[] = [...alarms.values()]
  .map(({ Properties }) => Properties)
  .filter(({ Namespace }) => Namespace === OURS)
  .map(({ MetricName, Dimensions }) => ({
    name: MetricName,
    dimensions: Object.fromEntries(Dimensions.map((one: { Name: string; Value: string }) => [one.Name, one.Value])),
  }));

const Dashboard = z.object({
  widgets: z.array(z.object({ properties: z.object({ metrics: z.array(z.array(z.unknown())) }) })),
});
const dashboard = Dashboard.parse(
  JSON.parse(template.resource('Dashboard').Properties['DashboardBody']['Fn::Sub']),
).widgets.flatMap(({ properties }) => properties.metrics);

/** `[namespace, name, dimension, value, …]`, with options as an object behind. */
const drawn: Metric[] = dashboard
  .map((metric) => metric.filter((part) => typeof part === 'string'))
  .filter(([namespace]) => namespace === OURS)
  .map(([, name = '', ...rest]) => ({
    name,
    dimensions: Object.fromEntries(
      rest.flatMap((part, place) => (place % 2 === 0 ? [[part, rest[place + 1] ?? '']] : [])),
    ),
  }));

const Line = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.tuple([
      z.object({
        Namespace: z.literal(OURS),
        Dimensions: z.tuple([z.array(z.string())]),
        Metrics: z.tuple([z.object({ Name: z.string() })]),
      }),
    ]),
  }),
});

/** What CloudWatch makes of a line that a function writes. */
function metricOf(written: unknown): Metric {
  const line = Line.parse(written);
  const [{ Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
  const dimensions = Object.fromEntries(Dimensions[0].map((name) => [name, String(line[name])]));
  return { name: Metrics[0].Name, dimensions };
}

/** Where the code counts, with what: `count('Name', { dimension…`, of every function. */
function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
}
const code = [...sources('functions'), ...sources('shared')].join('\n');
const counted = [...code.matchAll(/(?:count|milliseconds)\(\s*'(\w+)'(?:, \{([^}]*)\})?/g)].map(
  ([, name = '', given = '']) => ({
    name,
    dimensions: given
      .split(',')
      .map((one) => one.split(':')[0]?.trim() ?? '')
      .filter((one) => one !== ''),
  }),
);

/** What the code emits, by running the meter with every name that it counts and the dimensions that it gives. */
function emitted(): Metric[] {
  const output = recordOutput();
  const meter: { count(name: string, dimensions: Record<string, string>): void } = createMeter('any', 'plain');
  for (const { name, dimensions } of counted) {
    for (const outcome of OUTCOMES) {
      const values = Object.fromEntries(dimensions.map((one) => [one, one === 'outcome' ? outcome : 'any']));
      meter.count(name, values);
    }
  }
  const lines = output.lines();
  vi.restoreAllMocks();
  return lines.map(metricOf);
}

describe('the metrics that alarms and dashboard name', () => {
  it('are emitted by the code, or counted at the gateway, with these dimensions and no other', () => {
    const [filter] = [...template.ofType('AWS::Logs::MetricFilter').values()];
    const gateway = filter?.Properties['MetricTransformations'][0].MetricName;
    const known = emitted();

    const named = [...watched, ...drawn].filter(({ name }) => name !== gateway);

    expect(named.length).toBeGreaterThan(20);
    for (const metric of named) expect(known).toContainEqual(metric);
  });

  it('are few, as each combination of dimensions is paid for: outcomes alone have one more', () => {
    const combinations = new Set(emitted().map((metric) => JSON.stringify(metric)));
    const names = new Set(counted.map(({ name }) => name));

    expect(combinations.size).toBe(names.size - 1 + OUTCOMES.length);
  });
});

describe('the alarms', () => {
  const propertiesOf = (id: string) => template.resource(id).Properties;

  it('watch what leaves a canary in traffic, people untold or a function unable, and nothing else', () => {
    expect(new Set([...alarms.keys()].map((id) => id.replace(/Alarm$/, '')))).toEqual(
      new Set([
        'ApiErrors',
        'EventsUnsent',
        'GatewayThrottled',
        'GuardDeadLetters',
        'GuardErrors',
        'GuardFaults',
        'GuardThrottles',
        'Heartbeat',
        'InputRejected',
        'IteratorAge',
        'NotificationsFailed',
        'NotifyDeadLetters',
        'NotifyLag',
        'NotifyThrottles',
        'PublishDeadLetters',
        'PublishThrottles',
        'RollbackDeadLetters',
        'RollbackFailed',
        'RollbackRefused',
        'RollbackThrottles',
        'SettingsInvalid',
        'SettingsStale',
        'SlaBreached',
        'WebhookRejected',
      ]),
    );
  });

  it('tell the topic, the given one or the stack’s own, and say what to do', () => {
    const given = [...templateOf('full').ofType('AWS::CloudWatch::Alarm').values()];

    for (const { Properties } of alarms.values()) {
      expect(Properties).toMatchObject({ AlarmActions: [{ Ref: 'AlarmTopic' }], OKActions: [{ Ref: 'AlarmTopic' }] });
      expect(Properties['AlarmDescription'].length).toBeGreaterThan(20);
    }
    for (const { Properties } of given) {
      expect(Properties['AlarmActions']).toEqual(['arn:aws:sns:eu-central-1:123456789012:ops']);
    }
    expect(templateOf('full').ofType('AWS::SNS::Topic').size).toBe(0);
  });

  it('take silence for bad news where a metric comes every minute, and for good news elsewhere', () => {
    const breaching = [...alarms].filter(([, { Properties }]) => Properties['TreatMissingData'] === 'breaching');

    expect(breaching.map(([id]) => id)).toEqual(['HeartbeatAlarm', 'EventsUnsentAlarm']);
    expect([...alarms.values()].every(({ Properties }) => Properties['TreatMissingData'])).toBe(true);
  });

  it('go off after ten minutes without a heartbeat', () => {
    const { Period, EvaluationPeriods, ...rest } = propertiesOf('HeartbeatAlarm');

    expect(Period * EvaluationPeriods).toBe(600);
    expect(rest).toMatchObject({ Statistic: 'Sum', Threshold: 1, ComparisonOperator: 'LessThanThreshold' });
  });

  it.each([
    ['ApiErrorsAlarm', 'AWS/ApiGateway', '5xx', [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }]],
    [
      'RollbackThrottlesAlarm',
      'AWS/Lambda',
      'Throttles',
      [{ Name: 'FunctionName', Value: { Ref: 'RollbackLambdaFunction' } }],
    ],
    ['GuardErrorsAlarm', 'AWS/Lambda', 'Errors', [{ Name: 'FunctionName', Value: { Ref: 'GuardLambdaFunction' } }]],
    [
      'IteratorAgeAlarm',
      'AWS/Lambda',
      'IteratorAge',
      [{ Name: 'FunctionName', Value: { Ref: 'PublishLambdaFunction' } }],
    ],
  ])('%s watches a metric of AWS’s own', (id, Namespace, MetricName, Dimensions) => {
    expect(propertiesOf(id)).toMatchObject({ Namespace, MetricName, Dimensions });
  });

  it('go off with the first failed rollback, refusal, missed target, rejected webhook and 429', () => {
    for (const id of ['RollbackFailed', 'RollbackRefused', 'SlaBreached', 'WebhookRejected', 'GatewayThrottled']) {
      expect(propertiesOf(`${id}Alarm`)).toMatchObject({
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      });
    }
  });
});
