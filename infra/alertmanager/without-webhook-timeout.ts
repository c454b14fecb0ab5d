import { isMap, isSeq, parseDocument } from 'yaml';

const note = ` Generated from alertmanager.yml by write-old-variant.ts: change that and run it again.

 For Alertmanager 0.25 to 0.27, which refuse a file with a webhook's timeout. All else is the same.
`;

/** The same configuration, comments included, for an Alertmanager that knows no `timeout` of a webhook. */
export function withoutWebhookTimeout(text: string): string {
  const document = parseDocument(text);
  const receivers = document.get('receivers');
  if (!isSeq(receivers)) throw new Error('The Alertmanager configuration has no list of receivers.');
  for (const receiver of receivers.items) {
    for (const webhook of webhooksOf(receiver)) if (isMap(webhook)) webhook.delete('timeout');
  }
  document.commentBefore = note;
  return document.toString({ lineWidth: 0 });
}

function webhooksOf(receiver: unknown): unknown[] {
  const webhooks = isMap(receiver) ? receiver.get('webhook_configs') : undefined;
  return isSeq(webhooks) ? webhooks.items : [];
}
