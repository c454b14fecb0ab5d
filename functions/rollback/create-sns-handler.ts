import type { SNSEvent } from 'aws-lambda';
import type { Settings } from '#shared/contracts/settings.ts';
import { parseSnsMessage, readSnsRecord, type SnsMessage } from '#shared/contracts/sns-message.ts';
import { MAX_ALERTS, type Webhook } from '#shared/contracts/webhook.ts';
import type { PolicySettings } from '#shared/steps/policy-of.ts';
import { needsRetry } from './answer.ts';
import { type HandleWebhookDeps, handleWebhook } from './handle-webhook.ts';
import { countHeartbeat, isWatchdog } from './heartbeat.ts';

export type SnsFunctionDeps = HandleWebhookDeps & {
  readonly settings: () => Promise<Pick<Settings, 'sns'> & PolicySettings>;
};

export type SnsHandler = (event: SNSEvent, options: { readonly signal: AbortSignal }) => Promise<void>;

type Receipt = {
  readonly receivedAt: number;
  readonly settings: Pick<Settings, 'sns'> & PolicySettings;
  readonly signal: AbortSignal;
};

/** What is invoked by SNS, whatever it brought, has a list of records; a request of API Gateway has none. */
export function isSnsEvent(event: object): event is SNSEvent {
  return 'Records' in event;
}

/**
 * Alerts from SNS: the same steps and records as those of a webhook. Nobody waits for an answer, so what is not done is
 * thrown: Lambda tries twice more and then puts the event into the dead letters. That goes for what no retry mends, too:
 * an alert that is refused and forgotten is a canary that goes on failing.
 */
export function createSnsHandler(deps: SnsFunctionDeps): SnsHandler {
  return async function handleSns({ Records }, { signal }) {
    const receipt = { receivedAt: deps.clock.now(), settings: await deps.settings(), signal };
    const faults: string[] = [];
    for (const record of Records) {
      const fault = await receive(readSnsRecord(record), receipt, deps);
      if (fault !== undefined) faults.push(fault);
    }
    if (faults.length > 0) throw new Error(faults.join('; '));
  };
}

/** What is left to do about the message, if anything. */
async function receive(
  message: SnsMessage | undefined,
  receipt: Receipt,
  deps: SnsFunctionDeps,
): Promise<string | undefined> {
  if (!message) return rejected('not-sns', {}, deps);
  const { topic, id, text, truncated } = message;
  if (!receipt.settings.sns.topics.includes(topic)) return rejected('topic', { topic, id }, deps);
  const parsed = parseSnsMessage(text);
  if (parsed.kind !== 'webhook') {
    return rejected(truncated ? 'truncated' : parsed.kind, { topic, id, ...parsed }, deps);
  }
  const webhook = withoutHeartbeat(parsed.webhook, deps);
  if (webhook.alerts.length === 0) return undefined;
  const delivery = await handleWebhook(webhook, receipt, deps);
  return needsRetry(delivery) ? `The message ${id} of ${topic} is not done yet` : undefined;
}

/** The Watchdog comes by the same topic, since an Alertmanager that knows SNS only can post it nowhere else. */
function withoutHeartbeat(webhook: Webhook, deps: SnsFunctionDeps): Webhook {
  const alerts = webhook.alerts.filter((alert) => !isWatchdog(alert));
  if (alerts.length < webhook.alerts.length) countHeartbeat(webhook.alerts, deps);
  return { ...webhook, alerts };
}

function rejected(
  reason: keyof typeof WORDS,
  fields: Readonly<Record<string, unknown>>,
  { log, meter }: SnsFunctionDeps,
): string {
  meter.count('InputRejected', { reason });
  log.error('A message from SNS was rejected; it goes to the dead letters', {
    ...fields,
    reason,
    detail: WORDS[reason],
  });
  return WORDS[reason];
}

const WORDS = {
  'not-sns': 'The function was invoked with records that are not from SNS',
  topic: 'The message is from a topic that is not in the settings (sns.topics)',
  malformed: 'The message is neither what the template weightless.sns of amp.tmpl makes nor what AWS’s own does',
  truncated: 'Alertmanager cut the message off, as SNS takes 256 KB; group alerts by target, and shorten annotations',
  'too-many-alerts': `The message has over ${MAX_ALERTS} alerts; group alerts by target`,
} as const;
