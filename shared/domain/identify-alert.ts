import { type Alert, directive, knownLabel } from './alert.ts';
import { expandHost } from './destination.ts';
import { isDnsLabel, isDnsSubdomain } from './kubernetes-name.ts';

/** Alert label or annotation that names the object itself. */
export const VIRTUAL_SERVICE_DIRECTIVE = 'weightless_virtualservice';

/** A way to find an object by labels: what it points to, or the label that could be no part of a Kubernetes name. */
export type Pointer<T> =
  | { readonly kind: 'points-to'; readonly to: T }
  | { readonly kind: 'invalid'; readonly label: string; readonly expected: string }
  | undefined;

/** What an alert says about where to look. Whatever the sender wrote, only valid Kubernetes names get past this. */
export type AlertIdentity = {
  /** The object that the alert names outright. */
  readonly explicit: Pointer<{ readonly namespace: string; readonly name: string }>;
  /** The alerted host by Istio's own labels. */
  readonly istio: Pointer<string>;
  /** Hosts by `service` or `app`, with `namespace`: a weak identity, since those labels are anybody's. */
  readonly weak: readonly Pointer<string>[];
};

/** Reads the labels that can find a VirtualService. */
export function identifyAlert(alert: Alert): AlertIdentity {
  return {
    explicit: explicitName(directive(alert, VIRTUAL_SERVICE_DIRECTIVE)),
    istio: host(alert, 'destination_service_name', 'destination_service_namespace'),
    weak: [host(alert, 'service', 'namespace'), host(alert, 'app', 'namespace')],
  };
}

function explicitName(text: string | undefined): AlertIdentity['explicit'] {
  if (text === undefined) return undefined;
  const [namespace = '', name = '', ...more] = text.split('/');
  if (more.length > 0 || !isDnsLabel(namespace) || !isDnsSubdomain(name)) {
    return { kind: 'invalid', label: VIRTUAL_SERVICE_DIRECTIVE, expected: 'namespace/name of a VirtualService' };
  }
  return { kind: 'points-to', to: { namespace, name } };
}

function host(alert: Alert, nameLabel: string, namespaceLabel: string): Pointer<string> {
  const name = knownLabel(alert, nameLabel);
  const namespace = knownLabel(alert, namespaceLabel);
  if (name !== undefined && !isDnsSubdomain(name))
    return { kind: 'invalid', label: nameLabel, expected: 'the name of a service' };
  if (namespace !== undefined && !isDnsLabel(namespace)) {
    return { kind: 'invalid', label: namespaceLabel, expected: 'the name of a namespace' };
  }
  if (name === undefined || (namespace === undefined && !name.includes('.'))) return undefined;
  return { kind: 'points-to', to: expandHost(name, namespace ?? '') };
}

/** The namespaces that the labels point to: where DestinationRules and endpoints are asked for beside the first LIST. */
export function namespacesOf(alert: Alert): string[] {
  const { explicit } = identifyAlert(alert);
  const named = explicit?.kind === 'points-to' ? explicit.to.namespace : undefined;
  const labelled = knownLabel(alert, 'destination_service_namespace') ?? knownLabel(alert, 'namespace');
  return [...new Set([named, labelled])].filter((one) => one !== undefined).filter(isDnsLabel);
}
