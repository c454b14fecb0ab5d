import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import type { VirtualService, VirtualServiceSpec } from '#shared/domain/virtual-service.ts';

/** A VirtualService as the API server writes it, with what these tests read of it. */
export type RawVirtualService = {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    managedFields?: { manager: string; time: string; fieldsV1?: unknown }[];
    ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string }[];
  };
  spec: VirtualServiceSpec;
};

export type VirtualServiceParts = {
  name?: string;
  namespace?: string;
  uid?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  spec?: VirtualServiceSpec;
};

/** The incident: somebody meant 90/10 and applied 1/99; testers have a header route. */
export const INCIDENT_SPEC: VirtualServiceSpec = {
  hosts: ['payment-svc'],
  http: [
    {
      name: 'testers',
      match: [{ headers: { 'x-canary': { exact: 'always' } } }],
      route: [{ destination: { host: 'payment-svc', subset: 'v2' } }],
    },
    {
      name: 'everyone',
      route: [
        { destination: { host: 'payment-svc', subset: 'v1' }, weight: 1 },
        { destination: { host: 'payment-svc', subset: 'v2' }, weight: 99 },
      ],
    },
  ],
};

export const INCIDENT_NAME = 'production/payment-svc';
export const INCIDENT_CANARY = 'payment-svc.production.svc.cluster.local/v2';

export function aVirtualService(parts: VirtualServiceParts = {}): RawVirtualService {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: {
      name: parts.name ?? 'payment-svc',
      namespace: parts.namespace ?? 'production',
      uid: parts.uid ?? '3b5f4a52-0f0c-4a5e-9a4e-6f8b7a1d2c3e',
      resourceVersion: '1',
      labels: parts.labels ?? { 'weightless/mode': 'act' },
      annotations: parts.annotations ?? { 'weightless/canary': 'v2', 'weightless/stable': 'v1' },
    },
    spec: parts.spec ?? INCIDENT_SPEC,
  };
}

/** The same as the product reads it. */
export function aParsedVirtualService(parts: VirtualServiceParts = {}): VirtualService {
  return parseVirtualService(aVirtualService(parts));
}
