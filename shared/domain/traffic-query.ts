import { type DestinationKey, serviceOfHost } from './destination.ts';

/** What names a canary's requests in Istio's standard metrics. */
export type TrafficSelector = {
  readonly canary: DestinationKey;
  readonly podLabels?: Readonly<Record<string, string>> | undefined;
  /** Labels that every series of the cluster has, where one Prometheus holds several clusters. */
  readonly clusterLabels: Readonly<Record<string, string>>;
};

export type TrafficQueries = {
  /** Requests a second in the window; no value where no series has two samples in it. */
  readonly rate: string;
  /** How many series the canary had lately: none where it is named by other labels than we think. */
  readonly seen: string;
  /** How many series its namespace has in the window: none where nothing is scraped. */
  readonly alive: string;
};

const METRIC = 'istio_requests_total';

/** Which of a subset's labels Istio tells in its metrics, and how. */
const VERSION_LABELS = [
  ['version', 'destination_version'],
  ['service.istio.io/canonical-revision', 'destination_canonical_revision'],
  ['app.kubernetes.io/version', 'destination_canonical_revision'],
] as const;

/**
 * The PromQL that asks for a canary's requests, or undefined where the metrics cannot tell it from others: a host that
 * is no service, or a subset whose labels Istio does not carry. Both ends count a request: the one that saw more counts.
 */
export function trafficQueries(
  { canary, podLabels = {}, clusterLabels }: TrafficSelector,
  { windowMs, seenMs }: { readonly windowMs: number; readonly seenMs: number },
): TrafficQueries | undefined {
  const service = serviceOfHost(canary.host);
  const version = VERSION_LABELS.find(([label]) => podLabels[label] !== undefined);
  if (!service || (canary.subset && !version)) return undefined;
  const namespace = { ...clusterLabels, destination_service_namespace: service.namespace };
  const own = {
    ...namespace,
    destination_service_name: service.name,
    ...(canary.subset && version ? { [version[1]]: podLabels[version[0]] ?? '' } : {}),
  };
  const [window, seen] = [windowMs, seenMs].map((ms) => `[${Math.ceil(ms / 1000)}s]`);
  return {
    rate: `max(sum by (reporter) (rate(${selector(own)}${window})))`,
    seen: `count(last_over_time(${selector(own)}${seen}))`,
    alive: `count(rate(${selector(namespace)}${window}))`,
  };
}

function selector(labels: Readonly<Record<string, string>>): string {
  return `${METRIC}{${Object.entries(labels)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(',')}}`;
}

/** A string of PromQL: whoever names a service or a label must not write the query. */
function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
