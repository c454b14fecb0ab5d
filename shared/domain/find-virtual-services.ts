import type { Alert } from './alert.ts';
import type { DestinationKey } from './destination.ts';
import { identifyAlert, type Pointer } from './identify-alert.ts';
import { selects } from './label-selector.ts';
import type { Managed } from './managed.ts';

export type FoundVirtualServices =
  | {
      readonly kind: 'found';
      /** Which way found them; `service` is the weak one. */
      readonly by: 'explicit' | 'match' | 'istio' | 'service';
      /** The host that the alert is about, where it says so. */
      readonly host?: string | undefined;
      readonly virtualServices: readonly Managed[];
    }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'invalid-target'; readonly label: string; readonly expected: string };

/**
 * The managed objects that an alert is about: the first way that finds any, in the order of their certainty. A label
 * that could be no part of a Kubernetes name ends the search where that label's turn comes. `lost` tells the canaries that
 * a rollback took out of an object's routes: who sends their alert again still means that object.
 */
export function findVirtualServices(
  alert: Alert,
  managed: readonly Managed[],
  lost: (one: Managed) => readonly DestinationKey[] = () => [],
): FoundVirtualServices {
  const { explicit, istio, weak } = identifyAlert(alert);
  const hint = [istio, ...weak].find((one) => one?.kind === 'points-to')?.to;
  if (explicit) {
    return by('explicit', explicit, ({ namespace, name }) => ({
      host: hint,
      virtualServices: managed.filter((one) => one.name === `${namespace}/${name}`),
    }));
  }
  const matched = managed.filter(({ marks }) => marks.match !== undefined && selects(marks.match, alert.labels));
  if (matched.length > 0) return { kind: 'found', by: 'match', host: hint, virtualServices: matched };
  const hosting = (host: string) => ({
    host,
    virtualServices: managed.filter((one) => serves(one, host) || lost(one).some((key) => key.host === host)),
  });
  const ways = [by('istio', istio, hosting), ...weak.map((one) => by('service', one, hosting))];
  return ways.find((way) => way.kind !== 'not-found') ?? { kind: 'not-found' };
}

function by<T>(
  way: 'explicit' | 'istio' | 'service',
  pointer: Pointer<T>,
  look: (to: T) => { readonly host?: string | undefined; readonly virtualServices: readonly Managed[] },
): FoundVirtualServices {
  if (!pointer) return { kind: 'not-found' };
  if (pointer.kind === 'invalid') return { kind: 'invalid-target', label: pointer.label, expected: pointer.expected };
  const { host, virtualServices } = look(pointer.to);
  return virtualServices.length > 0 ? { kind: 'found', by: way, host, virtualServices } : { kind: 'not-found' };
}

/** True where the object routes to the host, or is what clients of the host go through. */
function serves({ hosts, destinations }: Managed, host: string): boolean {
  return hosts.includes(host) || destinations.some((key) => key.host === host);
}
