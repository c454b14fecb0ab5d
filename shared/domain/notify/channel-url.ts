import { serverUrl } from '../server-url.ts';

/** Where the webhooks of each service are; a leading dot stands for any name below. */
const HOSTS = {
  slack: ['hooks.slack.com', 'hooks.slack-gov.com'],
  teams: ['.logic.azure.com', '.logic.azure.us', '.api.powerplatform.com', '.api.powerplatform.us'],
  'google-chat': ['chat.googleapis.com'],
} as const satisfies Record<string, readonly string[]>;

export type HostedChannel = keyof typeof HOSTS;

/** The webhook's URL where it is one of its service, by https at the usual port; undefined for anything else. */
export function channelUrl(type: HostedChannel, text: string): URL | undefined {
  const url = serverUrl(text.trim());
  if (url?.protocol !== 'https:' || url.port !== '') return undefined;
  const known = HOSTS[type].some((host) =>
    host.startsWith('.') ? url.hostname.endsWith(host) : url.hostname === host,
  );
  return known ? url : undefined;
}

/** The hosts in words, for who has to correct a URL. */
export function hostsOf(type: HostedChannel): string {
  return HOSTS[type].map((host) => (host.startsWith('.') ? `*${host}` : host)).join(', ');
}
