import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { OUTCOMES } from '#shared/domain/outcome.ts';
import { createMeter } from '#shared/runtime/meter.ts';
import { recordOutput } from '#test/doubles/record-output.ts';
import { drawnMetrics } from './dashboard.ts';
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

const drawn: Metric[] = drawnMetrics(template)
  .filter(({ namespace }) => namespace === OURS)
  .map(({ name, dimensions }) => ({ name, dimensions }));

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
    const gateway = [...template.ofType('AWS::Logs::MetricFilter').values()].map(
      ({ Properties }) => Properties['MetricTransformations'][0].MetricName,
    );
    const known = emitted();

    const named = [...watched, ...drawn].filter(({ name }) => !gateway.includes(name));

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
});
