import { dashboard, type Panel } from './dashboard.ts';

/** The threshold of the shipped rule (infra/prometheus/canary-error-rate.rules.yaml). */
const ERROR_LIMIT = 0.05;
const SERVICE = 'destination_service_namespace="$namespace", destination_service_name=~"$service"';
/** 5xx, and for gRPC, which answers 200 whatever happens, the statuses that stand for one: as the shipped rule counts. */
const ERRORS = ['response_code=~"5.."', 'grpc_response_status=~"2|4|12|13|14|15"'];
const VERSION = 'destination_service_name, destination_version';

/** What the mesh and the alerting say of the canaries that Weightless watches. */
export function prometheusDashboard() {
  return dashboard({
    uid: 'weightless-prometheus',
    title: 'Weightless: canaries and their alerts',
    description: 'From Istio’s standard metrics, and those of Prometheus and Alertmanager.',
    source: 'prometheus',
    variables: [
      labelValues('namespace', 'Namespace', 'label_values(istio_requests_total, destination_service_namespace)'),
      {
        ...labelValues(
          'service',
          'Service',
          'label_values(istio_requests_total{destination_service_namespace="$namespace"}, destination_service_name)',
        ),
        includeAll: true,
        multi: true,
        allValue: '.+',
      },
    ],
    rows: [
      { title: 'Versions', height: 9, panels: VERSIONS },
      { title: 'Alerts', height: 8, panels: ALERTS },
      { title: 'Whether an alert gets through', height: 8, panels: DELIVERY },
    ],
  });
}

function labelValues(name: string, label: string, query: string) {
  return { name, label, type: 'query', query: { query, refId: name }, refresh: 2, sort: 1 };
}

/** Requests a second of each version. Both ends of a request count it, so they are kept apart. */
function requests(more = ''): string {
  return `sum by (reporter, ${VERSION}) (rate(istio_requests_total{${SERVICE}${more && `, ${more}`}}[$__rate_interval]))`;
}

function errors(): string {
  const rates = ERRORS.map((matcher) => `rate(istio_requests_total{${SERVICE}, ${matcher}}[$__rate_interval])`);
  return `sum by (reporter, ${VERSION}) (${rates.join(' or ')})`;
}

const rate = `max without (reporter) (${requests()})`;

const VERSIONS: readonly Panel[] = [
  {
    title: 'Error rate by version',
    description: 'As the shipped alert counts it, over a longer window. The line is where it fires.',
    type: 'timeseries',
    width: 8,
    unit: 'percentunit',
    limit: ERROR_LIMIT,
    targets: [
      query(
        `max without (reporter) ((${errors()} or ${requests()} * 0) / ${requests()})`,
        '{{destination_service_name}} {{destination_version}}',
      ),
    ],
  },
  {
    title: 'Weights, as requests arrive',
    description:
      'The share of each service’s requests that each version really gets. After a rollback the canary’s goes to zero; what is left is what can still reach it.',
    type: 'timeseries',
    width: 8,
    unit: 'percentunit',
    stacked: true,
    max: 1,
    targets: [
      query(
        `${rate} / on (destination_service_name) group_left () sum by (destination_service_name) (${rate})`,
        '{{destination_service_name}} {{destination_version}}',
      ),
    ],
  },
  {
    title: 'Requests by version',
    description: 'A version without requests is one that nobody reaches.',
    type: 'timeseries',
    width: 8,
    unit: 'reqps',
    targets: [query(rate, '{{destination_service_name}} {{destination_version}}')],
  },
  {
    title: 'Latency by version, p99',
    description: 'No rollback is made of it unless an alert of yours says so.',
    type: 'timeseries',
    width: 24,
    unit: 'ms',
    targets: [
      query(
        `histogram_quantile(0.99, sum by (le, ${VERSION}) (rate(istio_request_duration_milliseconds_bucket{${SERVICE}, reporter="destination"}[$__rate_interval])))`,
        '{{destination_service_name}} {{destination_version}}',
      ),
    ],
  },
];

const ALERTS: readonly Panel[] = [
  {
    title: 'Canary alerts',
    description: 'CanaryErrorRateHigh while it fires: Weightless acts on it where the VirtualService has opted in.',
    type: 'state-timeline',
    width: 12,
    unit: 'short',
    limit: 1,
    targets: [
      query(
        `max by (${VERSION}) (ALERTS{alertname="CanaryErrorRateHigh", alertstate="firing", destination_service_namespace="$namespace"})`,
        '{{destination_service_name}} {{destination_version}}',
      ),
    ],
  },
  {
    title: 'All alerts that may roll back',
    description: 'What passes the default selector of the settings, by name.',
    type: 'timeseries',
    width: 12,
    unit: 'short',
    targets: [
      query(
        'count by (alertname) (ALERTS{alertstate="firing", severity=~"critical|page"} or ALERTS{alertstate="firing", sloth_severity="page"})',
        '{{alertname}}',
      ),
    ],
  },
];

const DELIVERY: readonly Panel[] = [
  {
    title: 'Watchdog',
    description: '1 while Prometheus evaluates rules. Where it is missing, no alert comes either.',
    type: 'stat',
    width: 6,
    unit: 'short',
    targets: [query('count(ALERTS{alertname="Watchdog", alertstate="firing"}) or vector(0)', 'Watchdog')],
  },
  {
    title: 'Webhooks that failed',
    description: 'Alertmanager’s deliveries by webhook that got no good answer; 4xx is not tried again.',
    type: 'timeseries',
    width: 6,
    unit: 'ops',
    targets: [
      query(
        'sum by (reason) (rate(alertmanager_notifications_failed_total{integration="webhook"}[$__rate_interval]))',
        '{{reason}}',
      ),
    ],
  },
  {
    title: 'Webhook latency, p99',
    description: 'How long Alertmanager waits for the answer: the rollback is done within it.',
    type: 'timeseries',
    width: 6,
    unit: 's',
    targets: [
      query(
        'histogram_quantile(0.99, sum by (le) (rate(alertmanager_notification_latency_seconds_bucket{integration="webhook"}[$__rate_interval])))',
        'p99',
      ),
    ],
  },
  {
    title: 'Evaluation of the rules',
    description: 'The canary’s rules are to be evaluated every 5 s; each must take much less.',
    type: 'timeseries',
    width: 6,
    unit: 's',
    limit: 5,
    targets: [
      query(
        'max by (rule_group) (prometheus_rule_group_last_duration_seconds{rule_group=~".*;weightless-.*"})',
        '{{rule_group}}',
      ),
    ],
  },
];

function query(expr: string, legendFormat: string) {
  return { expr, legendFormat, range: true, editorMode: 'code' };
}
