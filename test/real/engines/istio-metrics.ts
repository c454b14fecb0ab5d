import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';

/** How many requests a second one version answers, and which share of them with a 503. */
export type VersionTraffic = { rps: number; errorRatio: number };

export type IstioMetrics = {
  hostPort: string;
  /**
   * From now on the service's versions get this traffic. A version that is left out gets none, and its counters stay
   * where they are, as a proxy's do. Other services go on as they were.
   */
  serve(versions: Record<string, VersionTraffic>, service?: string, namespace?: string): void;
  /** Resolves after that many more scrapes: a rate needs two of a series. */
  scraped(times: number): Promise<void>;
  stop(): Promise<void>;
};

type Counter = { service: string; namespace: string; version: string; code: string; perSecond: number; count: number };

/** Plays the proxies of a mesh: Istio's `istio_requests_total` on loopback, its counters advancing in real time. */
export async function startIstioMetrics(): Promise<IstioMetrics> {
  const counters = new Map<string, Counter>();
  let countedUntil = performance.now();

  function advance() {
    const now = performance.now();
    const seconds = (now - countedUntil) / 1000;
    for (const counter of counters.values()) counter.count += counter.perSecond * seconds;
    countedUntil = now;
  }

  function setRate(of: Omit<Counter, 'count'>) {
    const key = [of.namespace, of.service, of.version, of.code].join('/');
    const counter = counters.get(key);
    if (counter) counter.perSecond = of.perSecond;
    // As with a real proxy, a response code has no series before the first such response.
    else if (of.perSecond > 0) counters.set(key, { ...of, count: 0 });
  }

  const scrapes = new EventEmitter();
  const server = createServer((_request, response) => {
    advance();
    scrapes.emit('scrape');
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(exposition([...counters.values()]));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the metrics server has no port');

  return {
    hostPort: `127.0.0.1:${address.port}`,
    serve(versions, service = 'payment-svc', namespace = 'production') {
      advance();
      for (const counter of counters.values()) {
        if (counter.service === service && counter.namespace === namespace) counter.perSecond = 0;
      }
      for (const [version, { rps, errorRatio }] of Object.entries(versions)) {
        setRate({ service, namespace, version, code: '200', perSecond: rps * (1 - errorRatio) });
        setRate({ service, namespace, version, code: '503', perSecond: rps * errorRatio });
      }
    },
    async scraped(times) {
      for (let count = 0; count < times; count += 1) await once(scrapes, 'scrape');
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function exposition(counters: Counter[]): string {
  const samples = counters.flatMap((counter) =>
    // Each request is counted at both ends: by the gateway that sends it and by the sidecar that receives it.
    ['source', 'destination'].map((reporter) => `${series(counter, reporter)} ${Math.floor(counter.count)}`),
  );
  return ['# TYPE istio_requests_total counter', ...samples, ''].join('\n');
}

/** Every label that Istio's standard metrics carry, in the order of its documentation. */
function series({ service, namespace, version, code }: Counter, reporter: string): string {
  const labels = {
    reporter,
    source_workload: 'istio-ingressgateway',
    source_workload_namespace: 'istio-system',
    source_principal: 'spiffe://cluster.local/ns/istio-system/sa/istio-ingressgateway',
    source_app: 'istio-ingressgateway',
    source_version: 'unknown',
    source_cluster: 'Kubernetes',
    source_canonical_service: 'istio-ingressgateway',
    source_canonical_revision: 'latest',
    destination_workload: `${service}-${version}`,
    destination_workload_namespace: namespace,
    destination_principal: `spiffe://cluster.local/ns/${namespace}/sa/${service}`,
    destination_app: service,
    destination_version: version,
    destination_service: `${service}.${namespace}.svc.cluster.local`,
    destination_service_name: service,
    destination_service_namespace: namespace,
    destination_cluster: 'Kubernetes',
    destination_canonical_service: service,
    destination_canonical_revision: version,
    request_protocol: 'http',
    response_code: code,
    response_flags: '-',
    connection_security_policy: reporter === 'destination' ? 'mutual_tls' : 'unknown',
  };
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return `istio_requests_total{${pairs.join(',')}}`;
}
