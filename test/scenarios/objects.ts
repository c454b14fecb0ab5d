/** Kubernetes objects as users write them. */
export type RawObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
};

type Meta = {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly Record<string, unknown>[];
};

/** Marks that most rows have: canary v2, stable v1, of the host payments. */
export const MARKED = { 'weightless/canary': 'payments/v2', 'weightless/stable': 'payments/v1' };
/** The same by host: the canary has a service of its own. */
export const MARKED_HOSTS = { 'weightless/canary': 'payments-canary', 'weightless/stable': 'payments' };

/** Managed, named payments, in `{ns}`, for the host payments, unless said; `mode: null` leaves the label out. */
export function virtualService(
  spec: Readonly<Record<string, unknown>>,
  { mode = 'act', ...meta }: Meta & { readonly mode?: string | null } = {},
): RawObject {
  const labels = { ...(mode === null ? {} : { 'weightless/mode': mode }), ...meta.labels };
  return object(
    'networking.istio.io/v1',
    'VirtualService',
    { ...meta, labels },
    { spec: { hosts: ['payments'], ...spec } },
  );
}

/** The whole object with one http route. */
export function oneRoute(
  route: readonly Record<string, unknown>[],
  more: Meta & { readonly mode?: string | null } = { annotations: MARKED },
): RawObject {
  return virtualService({ http: [{ route }] }, more);
}

/** `payments/v2`, `payments` or a FQDN as one entry of a route; without a weight where none is given. */
export function to(
  destination: string,
  weight?: number,
  more: Readonly<Record<string, unknown>> = {},
): { readonly destination: Readonly<Record<string, unknown>>; readonly [key: string]: unknown } {
  return { destination: at(destination), ...(weight === undefined ? {} : { weight }), ...more };
}

export function at(destination: string, port?: number): Readonly<Record<string, unknown>> {
  const [host, subset] = destination.split('/');
  return { host, ...(subset ? { subset } : {}), ...(port ? { port: { number: port } } : {}) };
}

/** Subsets by name with their labels; `v1` alone means the label version=v1. */
export function destinationRule(
  subsets: Readonly<Record<string, Readonly<Record<string, string>>>>,
  { host = 'payments', ...meta }: Meta & { readonly host?: string } = {},
): RawObject {
  const listed = Object.entries(subsets).map(([name, labels]) => ({ name, labels }));
  return object('networking.istio.io/v1', 'DestinationRule', meta, { spec: { host, subsets: listed } });
}

/** A slice of a service: pod name to readiness. */
export function endpointSlice(
  pods: Readonly<Record<string, boolean>>,
  { service = 'payments', ...meta }: Meta & { readonly service?: string } = {},
): RawObject {
  const endpoints = Object.entries(pods).map(([name, ready], index) => ({
    addresses: [`10.9.0.${index + 1}`],
    conditions: { ready },
    targetRef: { kind: 'Pod', name, namespace: '{ns}' },
  }));
  const labels = { 'kubernetes.io/service-name': service };
  return object(
    'discovery.k8s.io/v1',
    'EndpointSlice',
    { name: `${service}-slice`, ...meta, labels },
    { addressType: 'IPv4', endpoints, ports: [] },
  );
}

export function pod(name: string, labels: Readonly<Record<string, string>>): RawObject {
  const containers = [{ name: 'app', image: 'example.invalid/app' }];
  // The API server alone has no controller that would make the default service account.
  return object('v1', 'Pod', { name, labels }, { spec: { containers, automountServiceAccountToken: false } });
}

/** An Argo Rollout that routes through Istio; `canary` is its `strategy.canary`. */
export function rollout(canary: Readonly<Record<string, unknown>>, meta: Meta = {}): RawObject {
  return object('argoproj.io/v1alpha1', 'Rollout', meta, { spec: { strategy: { canary } } });
}

/** What makes Flagger the owner of an object. */
export const FLAGGER_OWNER = [
  {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    name: 'payments',
    uid: '6b5f2f0c-3a0f-4c2e-9f0e-000000000001',
    controller: true,
  },
];

function object(
  apiVersion: string,
  kind: string,
  { name = 'payments', namespace = '{ns}', ...meta }: Meta,
  rest: Readonly<Record<string, unknown>>,
): RawObject {
  return { apiVersion, kind, metadata: { name, namespace, ...meta }, ...rest };
}
