/** The incident that the demo plays: somebody meant v1: 90, v2: 10 and applied v1: 1, v2: 99; and v2 fails. */
export const NAMESPACE = 'production';
/** The service whose alert posts itself. */
export const INCIDENT_SERVICE = 'payment-svc';
/** The service that is there for trying it by hand. */
export const TRY_IT_SERVICE = 'checkout-svc';

const SUBSETS = [
  { name: 'v1', labels: { version: 'v1' } },
  { name: 'v2', labels: { version: 'v2' } },
];

/** What a cluster with two canaried services holds: the one of the incident, and one to try by hand. */
export function demoObjects(): Record<string, unknown>[] {
  return [INCIDENT_SERVICE, TRY_IT_SERVICE].flatMap((service) => [
    virtualService(service, service === INCIDENT_SERVICE ? [1, 99] : [90, 10]),
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: service, namespace: NAMESPACE },
      spec: { host: service, subsets: SUBSETS },
    },
    endpointSlice(service),
  ]);
}

function virtualService(service: string, [stable, canary]: readonly [number, number]): Record<string, unknown> {
  const to = (subset: string) => ({ host: service, subset });
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: {
      name: service,
      namespace: NAMESPACE,
      labels: { 'weightless/mode': 'act' },
      annotations: { 'weightless/canary': 'v2', 'weightless/stable': 'v1' },
    },
    spec: {
      hosts: [service],
      http: [
        {
          name: 'testers',
          match: [{ headers: { 'x-canary': { exact: 'always' } } }],
          route: [{ destination: to('v2') }],
        },
        {
          name: 'users',
          route: [
            { destination: to('v1'), weight: stable },
            { destination: to('v2'), weight: canary },
          ],
        },
      ],
    },
  };
}

function endpointSlice(service: string): Record<string, unknown> {
  const endpoint = (version: string, address: string) => ({
    addresses: [address],
    conditions: { ready: true },
    targetRef: { kind: 'Pod', name: `${service}-${version}-0`, namespace: NAMESPACE },
  });
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-demo`, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    endpoints: [endpoint('v1', '10.0.0.1'), endpoint('v2', '10.0.0.2')],
  };
}

/** The alert of the shipped rule about it, as Alertmanager posts it; firing since `now`. */
export function demoWebhook(now: number): Record<string, unknown> {
  const service = INCIDENT_SERVICE;
  const labels = {
    alertname: 'CanaryErrorRateHigh',
    destination_service_name: service,
    destination_service_namespace: NAMESPACE,
    destination_version: 'v2',
    severity: 'critical',
  };
  return {
    version: '4',
    groupKey: `{}/{severity="critical"}:{destination_service_name="${service}"}`,
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'weightless',
    groupLabels: { destination_service_name: service },
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: 'http://127.0.0.1:9093',
    alerts: [
      {
        status: 'firing',
        labels,
        annotations: { summary: `${service} v2 fails more than 5 % of its requests` },
        startsAt: new Date(now).toISOString(),
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://127.0.0.1:9090/graph',
        fingerprint: '6de87c554b1410dd',
      },
    ],
  };
}
