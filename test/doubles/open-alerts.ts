import { pagerdutyNotifier } from '#shared/adapters/pagerduty/pagerduty-notifier.ts';
import type { News } from '#shared/ports/notifier.ts';
import { channelMemory } from './channel-memory.ts';

/** The keys of the alerts that are open in PagerDuty once it was told of these, in this order. */
export async function openAlerts(told: readonly News[]): Promise<string[]> {
  const open = new Set<string>();
  const notifier = pagerdutyNotifier({
    routingKey: '0123456789abcdef0123456789ABCDEF',
    region: 'us',
    memory: channelMemory(),
    async post({ body }) {
      const { event_action, dedup_key } = JSON.parse(body);
      if (event_action === 'trigger') open.add(dedup_key);
      if (event_action === 'resolve') open.delete(dedup_key);
      return { status: 202, headers: new Headers(), text: '' };
    },
  });
  for (const news of told) await notifier.notify(news, new AbortController().signal);
  return [...open];
}
