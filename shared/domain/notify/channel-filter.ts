import { parseDestination, serviceOfHost } from '../destination.ts';
import { UNKNOWN } from '../rollback-record.ts';
import type { Notice, Severity } from './notice.ts';

/** What a channel wants to hear of; a condition that is absent holds for everything. */
export type ChannelFilter = {
  readonly types?: readonly string[] | undefined;
  readonly severities?: readonly Severity[] | undefined;
  /** `payment-svc`, `payment-svc.production`, or the host as it is in the canary. */
  readonly services?: readonly string[] | undefined;
};

/** An event about a service that is not known passes every list of services: somebody has to hear of it. */
export function passes(filter: ChannelFilter | undefined, notice: Notice): boolean {
  const { types, severities, services } = filter ?? {};
  if (types && !types.includes(notice.type)) return false;
  if (severities && !severities.includes(notice.severity)) return false;
  const known = servicesOf(notice);
  return !services || known.length === 0 || known.some((name) => services.includes(name));
}

/** A report is about no service: it passes, too. */
function servicesOf(notice: Notice): string[] {
  if (notice.about === 'report') return [];
  const { canary, alert } = notice;
  if (canary === UNKNOWN) return [alert.labels['service'], alert.labels['app']].filter((name) => name !== undefined);
  const { host } = parseDestination(canary);
  const service = serviceOfHost(host);
  return service ? [host, service.name, `${service.name}.${service.namespace}`] : [host];
}
