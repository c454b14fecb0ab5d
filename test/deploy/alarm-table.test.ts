import { describe, expect, it } from 'vitest';
import { AWS_METRICS } from './aws-metrics.ts';
import { drawnMetrics } from './dashboard.ts';
import { templateOf } from './template.ts';

const template = templateOf('plain');
const alarms = template.ofType('AWS::CloudWatch::Alarm');

type Watch = Readonly<Record<string, unknown>>;

const AT_ONCE = {
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  TreatMissingData: 'notBreaching',
};
/** What may fail once: three minutes of five. */
const OFTEN = { ...AT_ONCE, EvaluationPeriods: 5, DatapointsToAlarm: 3 };

const SERVICE = [
  { Name: 'service', Value: 'weightless' },
  { Name: 'stage', Value: 'plain' },
];

function ours(MetricName: string): Watch {
  return { Namespace: 'Weightless', MetricName, Dimensions: SERVICE };
}
function outcome(Value: string): Watch {
  return { ...ours('RollbackOutcome'), Dimensions: [...SERVICE, { Name: 'outcome', Value }] };
}
function lambda(MetricName: string, name: string): Watch {
  const Dimensions = [{ Name: 'FunctionName', Value: { Ref: `${name}LambdaFunction` } }];
  return { Namespace: 'AWS/Lambda', MetricName, Dimensions };
}
function queue(MetricName: string, name: string): Watch {
  const Dimensions = [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [name, 'QueueName'] } }];
  return { Namespace: 'AWS/SQS', MetricName, Dimensions };
}
function letters(name: string): Watch {
  return { ...AT_ONCE, ...queue('ApproximateNumberOfMessagesVisible', name), Statistic: 'Maximum' };
}

const api = { Namespace: 'AWS/ApiGateway', Dimensions: [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }] };
/** For three minutes on end, at their worst. */
const lasting = { ...AT_ONCE, Statistic: 'Maximum', EvaluationPeriods: 3 };

const TABLE: Readonly<Record<string, Watch>> = {
  ApiErrors: { ...AT_ONCE, ...api, MetricName: '5xx' },
  // One run of guard may leave one there that the next one mends; a second one may not.
  CanariesLeftAboveZero: { ...AT_ONCE, ...ours('CanariesLeftAboveZero'), EvaluationPeriods: 3, DatapointsToAlarm: 2 },
  EventsUnsent: { ...lasting, ...ours('EventsUnsent'), TreatMissingData: 'breaching' },
  GatewayThrottled: { ...AT_ONCE, ...ours('GatewayThrottled') },
  GuardDeadLetters: letters('GuardDeadLetters'),
  GuardErrors: { ...OFTEN, ...lambda('Errors', 'Guard') },
  GuardFaults: { ...OFTEN, ...ours('GuardFaults') },
  GuardThrottles: { ...AT_ONCE, ...lambda('Throttles', 'Guard') },
  Heartbeat: {
    ...AT_ONCE,
    ...ours('HeartbeatReceived'),
    // Ten minutes.
    EvaluationPeriods: 10,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  },
  InputRejected: { ...AT_ONCE, ...ours('InputRejected') },
  IteratorAge: { ...lasting, ...lambda('IteratorAge', 'Publish'), Threshold: 60_000 },
  NotificationsFailed: { ...OFTEN, ...ours('NotificationsFailed') },
  NotifyDeadLetters: letters('NotifyDeadLetters'),
  NotifyLag: { ...lasting, ...queue('ApproximateAgeOfOldestMessage', 'NotifyQueue'), Threshold: 300 },
  NotifyThrottles: { ...AT_ONCE, ...lambda('Throttles', 'Notify') },
  PrometheusFaults: { ...OFTEN, ...ours('PrometheusFaults') },
  PublishDeadLetters: letters('PublishDeadLetters'),
  PublishThrottles: { ...AT_ONCE, ...lambda('Throttles', 'Publish') },
  RollbackDeadLetters: letters('RollbackDeadLetters'),
  RollbackFailed: { ...AT_ONCE, ...outcome('failed') },
  RollbackRefused: { ...AT_ONCE, ...outcome('refused') },
  RollbackThrottles: { ...AT_ONCE, ...lambda('Throttles', 'Rollback') },
  RollbacksUnverified: { ...AT_ONCE, ...ours('RollbacksUnverified') },
  SettingsInvalid: { ...AT_ONCE, ...ours('SettingsInvalid') },
  SettingsStale: { ...OFTEN, ...ours('SettingsStale') },
  SlaBreached: { ...AT_ONCE, ...ours('SlaBreached') },
  WebhookRejected: { ...AT_ONCE, ...ours('WebhookRejected') },
};

describe('an alarm', () => {
  it('is there for what leaves a canary in traffic, people untold or a function unable, and for nothing else', () => {
    expect([...alarms.keys()].sort()).toEqual(Object.keys(TABLE).map((name) => `${name}Alarm`));
  });

  it.each(Object.entries(TABLE))('watches its metric, by its limit and no other: %s', (name, watch) => {
    const { AlarmName, AlarmDescription, AlarmActions, OKActions, ...watched } = template.resource(
      `${name}Alarm`,
    ).Properties;

    expect(watched).toEqual(watch);
  });
});

describe('a metric of AWS’s own, in an alarm or on the dashboard', () => {
  const watched = [...alarms.values()].map(({ Properties: { Namespace, MetricName, Dimensions } }) => ({
    namespace: Namespace as string,
    name: MetricName as string,
    dimensions: (Dimensions as readonly { readonly Name: string }[]).map(({ Name }) => Name),
  }));
  const drawn = drawnMetrics(template).map((metric) => ({ ...metric, dimensions: Object.keys(metric.dimensions) }));
  const foreign = [...watched, ...drawn].filter(({ namespace }) => namespace !== 'Weightless');

  it('is one that its namespace has, with the dimension that it has it by', () => {
    expect(foreign.length).toBeGreaterThan(20);
    for (const { namespace, name, dimensions } of foreign) {
      expect(Object.keys(AWS_METRICS)).toContain(namespace);
      expect(AWS_METRICS[namespace]?.names).toContain(name);
      expect(dimensions).toEqual([AWS_METRICS[namespace]?.dimension]);
    }
  });
});
