import type { Resources } from './resource.ts';

/** Where alarms go: the topic that is given, or one of the stack's own, as an alarm that tells nobody is none. */
export function alarmTopic(given: string | undefined, stage: string): { resources: Resources; actions: unknown[] } {
  if (given) return { resources: {}, actions: [given] };
  const topic = { Type: 'AWS::SNS::Topic', Properties: { TopicName: `weightless-${stage}-alarms` } };
  return { resources: { AlarmTopic: topic }, actions: [{ Ref: 'AlarmTopic' }] };
}
