import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { Stack } from './stack.ts';

const BusEvent = z.looseObject({
  source: z.string(),
  'detail-type': z.string(),
  detail: z.looseObject({
    metadata: z.looseObject({ id: z.string() }),
    data: z.looseObject({ rollbackId: z.string(), canary: z.string(), outcome: z.string() }),
  }),
});
export type BusEvent = z.infer<typeof BusEvent>;

const Message = z.looseObject({ detail: z.looseObject({ data: z.record(z.string(), z.unknown()) }) });

export type BusListener = {
  /** Every event of a rollback that has come so far. */
  all(): Promise<BusEvent[]>;
  /** Every event about canaries of this namespace that has come so far. */
  about(namespace: string): Promise<BusEvent[]>;
};

/** Anyone's own rule on the bus, with a queue behind it. */
export async function listenToBus({ aws, world }: Stack, name: string): Promise<BusListener> {
  const bus = world.outputs['EventBusName'] ?? '';
  const { QueueUrl: queue } = await aws.sqs.send(new CreateQueueCommand({ QueueName: `listener-${name}` }));
  const { Attributes: { QueueArn: arn = '' } = {} } = await aws.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ['QueueArn'] }),
  );
  const policy = {
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: arn },
    ],
  };
  await aws.sqs.send(
    new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { Policy: JSON.stringify(policy) } }),
  );
  const rule = { Name: `listener-${name}`, EventBusName: bus };
  await aws.events.send(new PutRuleCommand({ ...rule, EventPattern: JSON.stringify({ source: ['weightless'] }) }));
  await aws.events.send(
    new PutTargetsCommand({ Rule: rule.Name, EventBusName: bus, Targets: [{ Id: 'queue', Arn: arn }] }),
  );

  const heard: BusEvent[] = [];
  async function hear(): Promise<void> {
    for (;;) {
      const { Messages: messages = [] } = await aws.sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10 }),
      );
      if (messages.length === 0) return;
      const events = messages.map(({ Body = '' }) => Message.parse(JSON.parse(Body)));
      heard.push(...events.filter(({ detail }) => 'rollbackId' in detail.data).map((event) => BusEvent.parse(event)));
      const entries = messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
      await aws.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue, Entries: entries }));
    }
  }

  return {
    async all() {
      await hear();
      return heard;
    },
    async about(namespace) {
      await hear();
      return heard.filter(({ detail }) => detail.data.canary.includes(`.${namespace}.svc.`));
    },
  };
}
