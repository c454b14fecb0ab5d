import { channelUrl, type HostedChannel, hostsOf } from '#shared/domain/notify/channel-url.ts';
import { NotifierFault } from '#shared/ports/notifier.ts';

/** The URL that is kept as a secret. It is not told, whatever it is. */
export function webhookUrl(type: HostedChannel, text: string, name: string): URL {
  const url = channelUrl(type, text);
  if (url) return url;
  const message = `The URL of ${name} is none of its webhooks (https://${hostsOf(type)}): correct it where it is kept`;
  throw new NotifierFault(message, { retryable: false, unauthorized: true });
}
