import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import { CliError } from '../cli-error.ts';
import type { ClusterSource } from '../cluster-source.ts';
import type { LocalBus } from '../local/event-bus.ts';
import type { LocalStore } from '../local/store.ts';
import type { LocalTokens } from '../local/tokens.ts';
import { demoWebhook, INCIDENT_SERVICE, NAMESPACE } from './incident.ts';
import { printIncident } from './print-incident.ts';
import { whoGetsWhat } from './who-gets-what.ts';

export type Stage = {
  readonly source: ClusterSource;
  readonly store: LocalStore;
  readonly bus: LocalBus;
  readonly server: { readonly url: string };
  readonly tokens: LocalTokens;
  readonly out: (line: string) => void;
};

const EVENT_WAIT_MS = 2000;

/** Plays the incident through the front door: the alert is posted as Alertmanager posts it. */
export async function playIncident({ source, store, bus, server, tokens, out }: Stage): Promise<void> {
  const published = nextEvent(bus);
  const before = whoGetsWhat(await read(source), 1000);
  const response = await fetch(`${server.url}/v1/alerts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.alerts}`, 'content-type': 'application/json' },
    body: JSON.stringify(demoWebhook(Date.now())),
  });
  const answer = await response.text();
  const after = whoGetsWhat(await read(source), 1000);
  const [record] = await store.rollbackLog.recent(1, AbortSignal.timeout(5000));
  if (!response.ok || !record) throw new CliError(`The incident could not be played: ${response.status} ${answer}`);
  printIncident({ before, after, record, event: await published, out });
}

async function read({ cluster }: ClusterSource): Promise<VirtualService> {
  const object = await cluster.virtualServices.get(
    { namespace: NAMESPACE, name: INCIDENT_SERVICE },
    AbortSignal.timeout(5000),
  );
  if (!object) throw new CliError(`The embedded cluster has no VirtualService ${NAMESPACE}/${INCIDENT_SERVICE}`);
  return object;
}

/** The first event on the bus, or undefined where none comes in time. */
function nextEvent(bus: LocalBus): Promise<OutboxEvent | undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), EVENT_WAIT_MS).unref();
    bus.subscribe(resolve);
  });
}
