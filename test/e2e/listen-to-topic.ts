import { SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { Stack } from './stack.ts';

const Notification = z.looseObject({ Subject: z.optional(z.string()), Message: z.string() });
export type Notification = z.infer<typeof Notification>;

export type TopicListener = {
  /** Every message about this namespace that has come so far. */
  about(namespace: string): Promise<Notification[]>;
};

/** Anyone's own subscription to a topic, with a queue behind it. */
export async function listenToTopic({ aws }: Stack, topic: string, name: string): Promise<TopicListener> {
  const { QueueUrl: queue } = await aws.sqs.send(new CreateQueueCommand({ QueueName: `topic-${name}` }));
  const { Attributes: { QueueArn: arn = '' } = {} } = await aws.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ['QueueArn'] }),
  );
  const Statement = [
    { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: arn },
  ];
  await aws.sqs.send(
    new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { Policy: JSON.stringify({ Statement }) } }),
  );
  await aws.sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint: arn }));

  const heard: Notification[] = [];
  return {
    async about(namespace) {
      for (;;) {
        const { Messages: messages = [] } = await aws.sqs.send(
          new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10 }),
        );
        if (messages.length === 0) return heard.filter(({ Message }) => Message.includes(namespace));
        heard.push(...messages.map(({ Body = '' }) => Notification.parse(JSON.parse(Body))));
        const entries = messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
        await aws.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue, Entries: entries }));
      }
    },
  };
}
