import { describe, expect, it } from 'vitest';
import { EVENT_PREFIX } from '#shared/adapters/dynamodb/keys.ts';
import { arn, templateOf } from './template.ts';

const plain = templateOf('plain');
const full = templateOf('full');
const QUEUES = ['Rollback', 'Publish', 'Guard', 'Notify'].map((name) => `${name}DeadLetters`);
const onFailure = (queue: string) => ({ OnFailure: { Destination: arn(queue) } });

describe('from the table to publish', () => {
  const mapping = plain.resource('PublishEventSourceMappingDynamodbTable').Properties;

  it('waits out an outage for a day, and gives up on a record for the dead letters', () => {
    expect(mapping).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: 86400,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: onFailure('PublishDeadLetters'),
    });
  });

  it('brings new events only', () => {
    const [{ Pattern }, ...others] = mapping['FilterCriteria'].Filters;

    expect(others).toEqual([]);
    expect(JSON.parse(Pattern)).toEqual({
      eventName: ['INSERT'],
      dynamodb: { Keys: { pk: { S: [{ prefix: EVENT_PREFIX }] } } },
    });
  });
});

describe('from the bus to notify', () => {
  it('takes our events into a queue, and what the queue does not take to the dead letters', () => {
    expect(plain.resource('NotifyRule').Properties).toMatchObject({
      EventBusName: { Ref: 'EventBus' },
      EventPattern: { source: ['weightless'] },
      State: 'ENABLED',
      Targets: [
        {
          Arn: arn('NotifyQueue'),
          RetryPolicy: { MaximumEventAgeInSeconds: 86400, MaximumRetryAttempts: 185 },
          DeadLetterConfig: { Arn: arn('NotifyDeadLetters') },
        },
      ],
    });
  });

  it('keeps for four days what no channel takes', () => {
    expect(plain.resource('NotifyQueue').Properties).toMatchObject({
      MessageRetentionPeriod: 345600,
      SqsManagedSseEnabled: true,
    });
  });

  it('takes a message back that failed, alone, and ten times', () => {
    const [mapping] = [...plain.ofType('AWS::Lambda::EventSourceMapping').values()].filter(
      ({ Properties }) => JSON.stringify(Properties['EventSourceArn']) === JSON.stringify(arn('NotifyQueue')),
    );
    const queue = plain.resource('NotifyQueue').Properties;

    expect(mapping?.Properties['FunctionResponseTypes']).toEqual(['ReportBatchItemFailures']);
    expect(queue).toMatchObject({
      SqsManagedSseEnabled: true,
      RedrivePolicy: { deadLetterTargetArn: arn('NotifyDeadLetters'), maxReceiveCount: 10 },
    });
    const { Timeout } = plain.resource('NotifyLambdaFunction').Properties;
    expect(queue['VisibilityTimeout']).toBeGreaterThanOrEqual(6 * Timeout);
  });
});

describe('from notify to people', () => {
  it('goes by the queue that it comes from and by its dead letters, with links to the deployed page', () => {
    const { Variables } = plain.resource('NotifyLambdaFunction').Properties['Environment'];

    expect(Variables).toMatchObject({
      WEIGHTLESS_QUEUE: { Ref: 'NotifyQueue' },
      WEIGHTLESS_DEAD_LETTERS: { Ref: 'NotifyDeadLetters' },
      WEIGHTLESS_PAGE_URL: { 'Fn::Sub': expect.stringMatching(/^https:\/\/\$\{HttpApi\}\.execute-api\..*[^/]$/) },
    });
  });
});

describe('from the clock to guard', () => {
  it('comes every minute, and is not made up for', () => {
    expect(plain.resource('GuardSchedule').Properties).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [
        {
          Arn: arn('GuardLambdaFunction'),
          RetryPolicy: { MaximumEventAgeInSeconds: 60 },
          DeadLetterConfig: { Arn: arn('GuardDeadLetters') },
        },
      ],
    });
    expect(plain.resource('GuardScheduleMayInvoke').Properties).toMatchObject({
      Principal: 'events.amazonaws.com',
      SourceArn: arn('GuardSchedule'),
    });
    expect(plain.resource('GuardLambdaEvConf').Properties).toMatchObject({
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
      DestinationConfig: onFailure('GuardDeadLetters'),
    });
  });
});

describe('from SNS to rollback', () => {
  const topic = 'arn:aws:sns:eu-central-1:123456789012:prometheus-alerts';

  it('subscribes to the topics of the settings, and lets just these in', () => {
    const subscriptions = [...full.ofType('AWS::SNS::Subscription').values()].map(({ Properties }) => Properties);
    const callers = [...full.ofType('AWS::Lambda::Permission').values()].map(({ Properties }) => Properties);

    expect(plain.ofType('AWS::SNS::Subscription').size).toBe(0);
    expect(subscriptions).toEqual([
      expect.objectContaining({
        TopicArn: topic,
        Protocol: 'lambda',
        RedrivePolicy: { deadLetterTargetArn: arn('RollbackDeadLetters') },
      }),
    ]);
    expect(callers.filter(({ Principal }) => Principal === 'sns.amazonaws.com')).toEqual([
      expect.objectContaining({ Action: 'lambda:InvokeFunction', SourceArn: topic }),
    ]);
  });

  it('tries again for an hour, then puts the alerts with the dead letters', () => {
    expect(plain.resource('RollbackLambdaEvConf').Properties).toMatchObject({
      MaximumEventAgeInSeconds: 3600,
      MaximumRetryAttempts: 2,
      DestinationConfig: onFailure('RollbackDeadLetters'),
    });
  });
});

describe('the dead letters', () => {
  it('are kept for two weeks, encrypted', () => {
    for (const queue of QUEUES) {
      expect(plain.resource(queue).Properties).toEqual({ MessageRetentionPeriod: 1209600, SqsManagedSseEnabled: true });
    }
  });

  it('take nothing without TLS, as does the queue of notify', () => {
    for (const queue of [...QUEUES, 'NotifyQueue']) {
      const { Queues, PolicyDocument } = plain.resource(`${queue}Policy`).Properties;
      expect(Queues).toEqual([{ Ref: queue }]);
      expect(PolicyDocument.Statement[0]).toEqual({
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sqs:*',
        Resource: arn(queue),
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    }
  });

  it('let a service of AWS in by the ARN that it sends for', () => {
    const policies = [plain, full].flatMap((template) => [...template.ofType('AWS::SQS::QueuePolicy').values()]);
    const allowed = policies
      .flatMap(({ Properties }) => Properties['PolicyDocument'].Statement)
      .filter(({ Effect }) => Effect === 'Allow');

    const senders = allowed.map(({ Action, Principal, Condition }) => [
      Action,
      Principal.Service,
      JSON.stringify(Condition.ArnEquals['aws:SourceArn']),
    ]);
    const guard = ['sqs:SendMessage', 'events.amazonaws.com', JSON.stringify(arn('GuardSchedule'))];
    const notify = ['sqs:SendMessage', 'events.amazonaws.com', JSON.stringify(arn('NotifyRule'))];
    const topics = JSON.stringify(['arn:aws:sns:eu-central-1:123456789012:prometheus-alerts']);
    expect(senders.sort()).toEqual(
      [guard, guard, notify, notify, notify, notify, ['sqs:SendMessage', 'sns.amazonaws.com', topics]].sort(),
    );
  });
});
