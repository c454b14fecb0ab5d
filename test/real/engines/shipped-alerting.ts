import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { AlertmanagerVersion } from '#test/real/engines/alertmanager.ts';

const infra = new URL('../../../infra/', import.meta.url);

/** The rules as users deploy them, for `startPrometheus`. */
export const shippedRules = fileURLToPath(new URL('prometheus/canary-error-rate.rules.yaml', infra));
export const shippedWatchdog = fileURLToPath(new URL('prometheus/watchdog.rules.yaml', infra));

export type ShippedConfig = {
  version: AlertmanagerVersion;
  /** Where alerts are posted to. */
  url: string;
  /** Where heartbeats are posted to; without it they go nowhere. */
  heartbeatUrl?: string;
  /** Absolute path of the file with the bearer token. */
  credentialsFile: string;
  /** Instead of the shipped grouping, which gives each canary a group of its own. */
  groupBy?: string[];
};

/** The Alertmanager configuration as users deploy it, with what is theirs to set filled in. */
export async function shippedAlertmanagerConfig(config: ShippedConfig): Promise<string> {
  const file = config.version === '0.25' ? 'alertmanager-0.25.yml' : 'alertmanager.yml';
  const shipped = await readFile(new URL(`alertmanager/${file}`, infra), 'utf8');
  const withAlerts = replaceOnce(shipped, /https:\/\/weightless\.example\.com\/v1\/alerts/, config.url);
  const heartbeatUrl = config.heartbeatUrl ?? 'http://127.0.0.1:1/v1/heartbeat';
  const withUrl = replaceOnce(withAlerts, /https:\/\/weightless\.example\.com\/v1\/heartbeat/, heartbeatUrl);
  const complete = replaceOnce(withUrl, /\/etc\/alertmanager\/secrets\/weightless-token/, config.credentialsFile);
  if (!config.groupBy) return complete;
  const list = JSON.stringify(config.groupBy);
  return replaceOnce(complete, /group_by: &each-canary\n( +- \w+\n)+/, `group_by: &each-canary ${list}\n`);
}

function replaceOnce(text: string, part: RegExp, replacement: string): string {
  if (!part.test(text)) throw new Error(`The shipped Alertmanager configuration has no ${part.source}.`);
  return text.replace(part, () => replacement);
}
