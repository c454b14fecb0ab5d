import type { WrittenObject } from '#test/real/engines/kube-objects.ts';
import { aVirtualService, type VirtualServiceParts } from './virtual-service.ts';

type Placed = { readonly namespace?: string; readonly name?: string };
type Labels = Readonly<Record<string, string>>;

/** The incident's VirtualService as somebody applies it: without what the API server writes itself. */
export function aWrittenVirtualService(parts: VirtualServiceParts = {}): WrittenObject & { spec: unknown } {
  const { metadata, ...rest } = aVirtualService(parts);
  const { uid, resourceVersion, ...written } = metadata;
  return { ...rest, metadata: written };
}

/** Subsets by name; those of the incident where none are given. */
export function aDestinationRule(
  parts: Placed & { readonly host?: string; readonly subsets?: Readonly<Record<string, Labels>> } = {},
): WrittenObject {
  const subsets = parts.subsets ?? { v1: { version: 'v1' }, v2: { version: 'v2' } };
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: placed(parts),
    spec: {
      host: parts.host ?? 'payment-svc',
      subsets: Object.entries(subsets).map(([name, labels]) => ({ name, labels })),
    },
  };
}

/** `canary` is the strategy: canaryService, stableService, trafficRouting. */
export function aRollout(parts: Placed & { readonly canary?: Readonly<Record<string, unknown>> } = {}): WrittenObject {
  const canary = parts.canary ?? {
    canaryService: 'payment-svc-canary',
    stableService: 'payment-svc',
    trafficRouting: { istio: { virtualService: { name: 'payment-svc' } } },
  };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: placed(parts),
    spec: { strategy: { canary } },
  };
}

/** Endpoints by the pod behind them; `ready` left out is left unset, which means ready. */
export function anEndpointSlice(
  parts: Placed & {
    readonly service?: string | undefined;
    readonly endpoints?: readonly { readonly pod?: string; readonly ready?: boolean }[];
  } = {},
): WrittenObject {
  const { service = 'payment-svc', endpoints = [{ pod: 'payment-svc-v1-0' }, { pod: 'payment-svc-v2-0' }] } = parts;
  const metadata = placed({ name: `${service || 'nobody'}-1`, ...parts });
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: service ? { ...metadata, labels: { 'kubernetes.io/service-name': service } } : metadata,
    addressType: 'IPv4',
    endpoints: endpoints.map(({ pod, ready }, index) => ({
      addresses: [`10.0.0.${index + 1}`],
      ...(ready === undefined ? {} : { conditions: { ready } }),
      ...(pod === undefined ? {} : { targetRef: { kind: 'Pod', name: pod } }),
    })),
  };
}

export function aPod(parts: Placed & { readonly labels?: Labels } = {}): WrittenObject {
  const { labels = { app: 'payment-svc', version: 'v1' } } = parts;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...placed({ name: 'payment-svc-v1-0', ...parts }), labels },
    spec: { containers: [{ name: 'app', image: 'registry.example/payment-svc' }] },
  };
}

function placed({ namespace = 'production', name = 'payment-svc' }: Placed): { name: string; namespace: string } {
  return { namespace, name };
}
