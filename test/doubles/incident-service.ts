import { readJournal } from '#shared/contracts/journal.ts';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { aVirtualService, INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import { rollbackService, type ServiceParts } from '#test/doubles/rollback-service.ts';

export const HOUR_MS = 3_600_000;
/** The default hold is an hour; a firing is remembered as having had its action for four. */
export const HOLD_OVER_MS = 4 * HOUR_MS;

export type Service = ReturnType<typeof rollbackService>;

/** Stable's and the canary's weight, for everyone. */
export function weights(service: Service): (number | undefined)[] {
  return (service.cluster.read(INCIDENT_NAME).spec.http?.[1]?.route ?? []).map(({ weight }) => weight);
}

/** Somebody applies the incident again. */
export function putBack({ cluster }: Service): void {
  cluster.write(INCIDENT_NAME, (object) => {
    object.spec = aVirtualService().spec;
  });
}

/** What the incident's object remembers. */
export function journal({ cluster }: Service) {
  return readJournal(parseVirtualService(cluster.read(INCIDENT_NAME)));
}

/** The types of the events, in the order in which they were written. */
export const told = async (service: Service) => (await service.events()).map(({ type }) => type);
/** A time as Alertmanager writes it. */
export const at = (ms: number) => new Date(ms).toISOString();

/** The service after it has rolled the incident back. */
export async function rolledBack(parts: ServiceParts = {}): Promise<Service> {
  const service = rollbackService(parts);
  await service.post();
  return service;
}
