import type { SNSEvent, SNSEventRecord } from 'aws-lambda';
import { aWebhook } from './alert.ts';

export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:weightless-alerts';

/** What SNS invokes a function with: by default a webhook's body from the topic that the tests' settings know. */
export function anSnsEvent(message: Partial<SNSEventRecord['Sns']> = {}): SNSEvent {
  const record: SNSEventRecord = {
    EventVersion: '1.0',
    EventSource: 'aws:sns',
    EventSubscriptionArn: `${TOPIC}:subscription`,
    Sns: {
      Type: 'Notification',
      MessageId: 'message-1',
      TopicArn: TOPIC,
      Subject: 'Weightless',
      Message: JSON.stringify(aWebhook()),
      Timestamp: '2026-03-04T05:06:11.000Z',
      SignatureVersion: '1',
      Signature: 'signature',
      SigningCertUrl: 'https://sns.eu-central-1.amazonaws.com/certificate.pem',
      UnsubscribeUrl: 'https://sns.eu-central-1.amazonaws.com/unsubscribe',
      MessageAttributes: {},
      ...message,
    },
  };
  return { Records: [record] };
}
