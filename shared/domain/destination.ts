import type { Destination } from './virtual-service.ts';

/** Where traffic can go: a host as FQDN, and a DestinationRule subset of it or none. A canary is one of these. */
export type DestinationKey = { readonly host: string; readonly subset?: string | undefined };

/**
 * A host as Istio resolves it: a name without a dot belongs to the namespace of the object that holds it, a dotted
 * one is taken literally (istio: pilot/pkg/model/config.go, ResolveShortnameToFQDN).
 */
export function expandHost(host: string, namespace: string): string {
  return host.includes('.') || host === '*' ? host : `${host}.${namespace}.svc.cluster.local`;
}

export function keyOf(destination: Destination, namespace: string): DestinationKey {
  const host = expandHost(destination.host, namespace);
  return destination.subset ? { host, subset: destination.subset } : { host };
}

export function sameDestination(a: DestinationKey, b: DestinationKey): boolean {
  return a.host === b.host && (a.subset || '') === (b.subset || '');
}

/** `host/subset`, or the host alone. */
export function formatDestination(key: DestinationKey): string {
  return key.subset ? `${key.host}/${key.subset}` : key.host;
}

/** The inverse of formatDestination. */
export function parseDestination(text: string): DestinationKey {
  const slash = text.indexOf('/');
  return slash < 0 ? { host: text } : { host: text.slice(0, slash), subset: text.slice(slash + 1) };
}

export function distinctDestinations(keys: readonly DestinationKey[]): DestinationKey[] {
  return [...new Map(keys.map((key) => [formatDestination(key), key])).values()];
}

/** Name and namespace of an in-cluster service host, or undefined for any other host. */
export function serviceOfHost(host: string): { readonly name: string; readonly namespace: string } | undefined {
  const [name, namespace, ...rest] = host.split('.');
  return name && namespace && rest.join('.') === 'svc.cluster.local' ? { name, namespace } : undefined;
}
