import type { Shape } from './check-shape.ts';

/** A type of objects that the API serves. All of them live in namespaces. */
export type Resource = {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  /** Whether a CRD brings it: its schema errors end with a sentence that those of built-in types lack. */
  readonly custom: boolean;
  /** Of the whole object, below its root. */
  readonly shape: Shape;
};

const destination: Shape = {
  fields: { host: 'string', subset: 'string', port: { fields: { number: 'integer' } } },
  required: ['host'],
};
const strings: Shape = { map: 'string' };
const headerOperations: Shape = { fields: { set: strings, add: strings, remove: { list: 'string' } } };
const percent: Shape = { fields: { value: 'number' } };
const route: Shape = {
  list: {
    fields: {
      destination,
      weight: 'integer',
      headers: { fields: { request: headerOperations, response: headerOperations } },
    },
    required: ['destination'],
  },
};
const named: Shape = { fields: { name: 'string' }, required: ['name'] };

const virtualService: Shape = {
  fields: {
    hosts: { list: 'string' },
    gateways: { list: 'string' },
    http: {
      list: {
        fields: {
          name: 'string',
          timeout: 'string',
          match: { list: { fields: { headers: { map: { fields: {} } }, queryParams: { map: { fields: {} } } } } },
          route,
          delegate: { fields: { name: 'string', namespace: 'string' } },
          mirror: destination,
          mirrors: { list: { fields: { destination, percentage: percent }, required: ['destination'] } },
          mirrorPercentage: percent,
          mirrorPercent: { orNull: 'integer' },
          mirror_percent: { orNull: 'integer' },
        },
      },
    },
    tls: { list: { fields: { route } } },
    tcp: { list: { fields: { route } } },
  },
};

const destinationRule: Shape = {
  fields: { host: 'string', subsets: { list: { fields: { name: 'string', labels: strings }, required: ['name'] } } },
  required: ['host'],
};

const istio: Shape = {
  fields: {
    virtualService: named,
    virtualServices: { list: named },
    destinationRule: {
      fields: { name: 'string', canarySubsetName: 'string', stableSubsetName: 'string' },
      required: ['name', 'canarySubsetName', 'stableSubsetName'],
    },
  },
};
const canary: Shape = {
  fields: { canaryService: 'string', stableService: 'string', trafficRouting: { fields: { istio } } },
};
const rollout: Shape = { fields: { strategy: { fields: { canary } } } };

const endpoint: Shape = {
  fields: { addresses: { list: 'string' }, targetRef: { fields: { kind: 'string', name: 'string' } } },
  required: ['addresses'],
};

const withSpec = (spec: Shape): Shape => ({ fields: { spec } });

export const RESOURCES: readonly Resource[] = [
  {
    group: 'networking.istio.io',
    version: 'v1',
    plural: 'virtualservices',
    kind: 'VirtualService',
    custom: true,
    shape: withSpec(virtualService),
  },
  {
    group: 'networking.istio.io',
    version: 'v1',
    plural: 'destinationrules',
    kind: 'DestinationRule',
    custom: true,
    shape: withSpec(destinationRule),
  },
  {
    group: 'argoproj.io',
    version: 'v1alpha1',
    plural: 'rollouts',
    kind: 'Rollout',
    custom: true,
    shape: withSpec(rollout),
  },
  {
    group: 'discovery.k8s.io',
    version: 'v1',
    plural: 'endpointslices',
    kind: 'EndpointSlice',
    custom: false,
    shape: { fields: { addressType: 'string', endpoints: { list: endpoint } }, required: ['addressType'] },
  },
  {
    group: '',
    version: 'v1',
    plural: 'pods',
    kind: 'Pod',
    custom: false,
    shape: withSpec({ fields: { containers: { list: named } }, required: ['containers'] }),
  },
];

/** `virtualservices.networking.istio.io`, as messages name a type. */
export function resourceName({ group, plural }: Pick<Resource, 'group' | 'plural'>): string {
  return group ? `${plural}.${group}` : plural;
}

export function apiVersionOf({ group, version }: Resource): string {
  return group ? `${group}/${version}` : version;
}
