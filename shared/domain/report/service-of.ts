import { parseDestination, serviceOfHost } from '../destination.ts';
import { UNKNOWN } from '../rollback-record.ts';
import type { ServiceKey } from './report.ts';

/** The service whose canary it is. A host outside of the cluster is one by its whole name, in no namespace. */
export function serviceOf({ cluster, canary }: { readonly cluster: string; readonly canary: string }): ServiceKey {
  if (canary === UNKNOWN) return { cluster, namespace: UNKNOWN, service: UNKNOWN };
  const { host } = parseDestination(canary);
  const known = serviceOfHost(host);
  return known
    ? { cluster, namespace: known.namespace, service: known.name }
    : { cluster, namespace: UNKNOWN, service: host };
}

/** Distinct for distinct services. */
export function textOf({ cluster, namespace, service }: ServiceKey): string {
  return JSON.stringify([cluster, namespace, service]);
}
