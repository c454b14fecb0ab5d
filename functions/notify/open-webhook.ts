import { webhookNotifier } from '#shared/adapters/webhook/webhook-notifier.ts';
import type { SecretReference, WebhookChannel } from '#shared/contracts/settings.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Notifier } from '#shared/ports/notifier.ts';
import type { Secrets } from '#shared/ports/secrets.ts';

export type OpenWebhookDeps = { readonly secrets: Secrets; readonly stage: string; readonly clock: Clock };

/** The webhook of the settings, with what they only refer to. Throws SecretFault and NotifierFault. */
export async function openWebhook(
  { url, signingKey }: WebhookChannel,
  { secrets, stage, clock }: OpenWebhookDeps,
  signal: AbortSignal,
): Promise<Notifier> {
  const read = (reference: SecretReference) => secrets.read(reference, signal);
  const [address, key] = await Promise.all([typeof url === 'string' ? url : read(url), signingKey && read(signingKey)]);
  return webhookNotifier({ url: address, signingKey: key, stage, clock });
}
