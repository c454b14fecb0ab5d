import { createHash } from 'node:crypto';
import { aRawAlert, aWebhook, type RawAlert } from '#test/builders/alert.ts';
import { SERVICE } from '#test/real/incident-world.ts';
import { CLUSTERS } from './world-settings.ts';

type About = { readonly namespace: string; readonly service?: string; readonly cluster?: string };

/** The incident's alert about a service of this namespace, firing since now. */
export function alertAbout({ namespace, service = SERVICE, cluster = CLUSTERS.first }: About): RawAlert {
  const { labels } = aRawAlert();
  return aRawAlert({
    labels: {
      ...labels,
      cluster,
      destination_service_name: service,
      destination_service_namespace: namespace,
      destination_version: 'v2',
    },
    startsAt: new Date().toISOString(),
    fingerprint: createHash('sha256').update(`${cluster}/${namespace}/${service}`).digest('hex').slice(0, 16),
  });
}

/** One delivery of these alerts. */
export function webhookAbout(...about: About[]) {
  return aWebhook(about.map(alertAbout));
}
