import { arnOf, logicalId, type Resource, type Resources } from './resource.ts';

export type SnsDelivery = { readonly topics: readonly string[]; readonly region: string; readonly target: unknown };

/** Subscribes the rollback function to the topics that the settings let in, and lets just these call it. */
export function snsTopics({ topics, region, target }: SnsDelivery): Resources {
  return Object.fromEntries(
    topics.flatMap((topic): [string, Resource][] => [
      [logicalId('AlertTopic', topic), subscription(topic, region, target)],
      [
        logicalId('AlertTopicMayInvoke', topic),
        {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            FunctionName: target,
            Action: 'lambda:InvokeFunction',
            Principal: 'sns.amazonaws.com',
            SourceArn: topic,
          },
        },
      ],
    ]),
  );
}

/** A topic of another region cannot use a queue of this one for what it does not deliver. */
function subscription(topic: string, region: string, target: unknown): Resource {
  const topicRegion = topic.split(':')[3];
  const near = topicRegion === region;
  return {
    Type: 'AWS::SNS::Subscription',
    Properties: {
      TopicArn: topic,
      Protocol: 'lambda',
      Endpoint: target,
      ...(near ? { RedrivePolicy: { deadLetterTargetArn: arnOf('RollbackDeadLetters') } } : { Region: topicRegion }),
    },
  };
}

/** Who may put something into the dead letters of the rollback function, besides its own role. */
export function rollbackDeadLetters({ topics }: Pick<SnsDelivery, 'topics'>): readonly unknown[] {
  const queue = arnOf('RollbackDeadLetters');
  const tlsOnly = {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: 'sqs:*',
    Resource: queue,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  const fromTopics = {
    Sid: 'FromTheTopics',
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queue,
    Condition: { ArnEquals: { 'aws:SourceArn': topics } },
  };
  return topics.length > 0 ? [tlsOnly, fromTopics] : [tlsOnly];
}
