import { regionOfArn } from '#shared/adapters/aws/aws-endpoint.ts';
import { AwsFault } from '#shared/adapters/aws/aws-fault.ts';
import type { AwsCaller } from '#shared/adapters/aws/aws-request.ts';
import { elementOf } from '#shared/adapters/aws/judge-answer.ts';
import { formatSns } from '#shared/domain/notify/format-sns.ts';
import { type Notifier, NotifierFault } from '#shared/ports/notifier.ts';

export type SnsOptions = { readonly aws: Pick<AwsCaller, 'call'>; readonly topicArn: string };

/** A topic of Amazon SNS, for mails and text messages. */
export function snsNotifier({ aws, topicArn }: SnsOptions): Notifier {
  return {
    async notify({ notice }, signal) {
      const { subject, message, attributes } = formatSns(notice);
      const form = new URLSearchParams({
        Action: 'Publish',
        Version: '2010-03-31',
        TopicArn: topicArn,
        Subject: subject,
        Message: message,
        MessageStructure: 'json',
        ...numbered(attributes),
      });
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const request = { service: 'sns', action: 'Publish', region: regionOfArn(topicArn), headers } as const;
      const xml = await aws.call({ ...request, body: form.toString() }, signal).catch((fault: unknown) => {
        throw faultOf(fault);
      });
      return { kind: 'told', answered: `SNS took the message ${elementOf(xml, 'MessageId') ?? ''}`.trim() };
    },
  };
}

function numbered(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value], index) => {
      const entry = `MessageAttributes.entry.${index + 1}`;
      return [
        [`${entry}.Name`, name],
        [`${entry}.Value.DataType`, 'String'],
        [`${entry}.Value.StringValue`, value],
      ];
    }),
  );
}

function faultOf(fault: unknown): NotifierFault {
  if (!(fault instanceof AwsFault)) return new NotifierFault(String(fault), { retryable: true, cause: fault });
  return new NotifierFault(fault.message, { retryable: fault.retryable, cause: fault });
}
