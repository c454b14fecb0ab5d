import type { DurationName, MetricName } from '#shared/ports/telemetry.ts';
import { dashboard, type Panel } from './dashboard.ts';

/** Where the meter puts our metrics (shared/runtime/meter.ts). */
const NAMESPACE = 'Weightless';
const OURS = { service: 'weightless', stage: '$stage' };
const TARGET_MS = 60_000;

type Statistic = 'Sum' | 'Maximum' | 'p50' | 'p95' | 'p99';
type Ours = MetricName | DurationName | 'GatewayThrottled' | 'WebhookRejected';

/** What the service itself counts and measures, for whoever runs it. */
export function cloudwatchDashboard() {
  return dashboard({
    uid: 'weightless-cloudwatch',
    title: 'Weightless: rollbacks and their SLA',
    description: 'From the metrics that Weightless writes to CloudWatch, and those of its functions.',
    source: 'cloudwatch',
    variables: [
      {
        name: 'region',
        label: 'Region',
        type: 'query',
        query: { queryType: 'regions', region: 'default', refId: 'region' },
      },
      {
        name: 'stage',
        label: 'Stage',
        type: 'query',
        query: {
          queryType: 'dimensionValues',
          namespace: NAMESPACE,
          region: '$region',
          metricName: 'HeartbeatReceived' satisfies Ours,
          dimensionKey: 'stage',
          dimensionFilters: { service: OURS.service },
          refId: 'stage',
        },
      },
    ],
    rows: [
      { title: 'In the time shown', height: 4, panels: FIGURES },
      { title: 'How long it takes', height: 8, panels: DURATIONS },
      { title: 'What came of the alerts', height: 8, panels: OUTCOMES },
      { title: 'Whether the canaries stay at zero', height: 8, panels: HOLDS },
      { title: 'Whether people and other systems are told', height: 8, panels: TELLING },
      { title: 'Whether the service itself is well', height: 8, panels: HEALTH },
    ],
  });
}

function ours(metricName: Ours, statistic: Statistic, label = metricName as string) {
  return target({ namespace: NAMESPACE, metricName, statistic, label, dimensions: OURS });
}

function outcome(name: string, statistic: Statistic = 'Sum') {
  const dimensions = { ...OURS, outcome: name };
  return target({
    namespace: NAMESPACE,
    metricName: 'RollbackOutcome' satisfies Ours,
    statistic,
    label: name,
    dimensions,
  });
}

function lambda(name: string, metricName: string, statistic: Statistic) {
  const dimensions = { FunctionName: `weightless-$stage-${name}` };
  return target({ namespace: 'AWS/Lambda', metricName, statistic, label: name, dimensions });
}

function target(parts: {
  readonly namespace: string;
  readonly metricName: string;
  readonly statistic: Statistic;
  readonly label: string;
  readonly dimensions: Readonly<Record<string, string>>;
}) {
  return {
    queryMode: 'Metrics',
    metricQueryType: 0,
    metricEditorMode: 0,
    region: '$region',
    matchExact: true,
    period: '',
    ...parts,
  };
}

/** One number over the whole time that is shown. */
function total(title: string, description: string, target: Panel['targets'][number], limit?: number): Panel {
  const red = limit === undefined ? {} : { limit };
  return { title, description, type: 'stat', width: 6, unit: 'short', targets: [target], total: true, ...red };
}

const FIGURES: readonly Panel[] = [
  total('Rolled back', 'Rollbacks that took a canary to zero.', outcome('rolled-back')),
  total(
    'Missed the SLA',
    'Each is an event RollbackSlaBreached, too; the report page lists them.',
    ours('SlaBreached', 'Sum'),
    1,
  ),
  total('Failed', 'Tried and could not: each has paged somebody.', outcome('failed'), 1),
  total('Refused', 'Acting would have been a guess or unsafe: each has paged somebody.', outcome('refused'), 1),
];

const DURATIONS: readonly Panel[] = [
  {
    title: 'Alert to zero',
    description:
      'The SLA: from the alert’s start to the last patch. The line is the default target; most of it is usually Alertmanager’s group_wait.',
    type: 'timeseries',
    width: 12,
    unit: 'ms',
    limit: TARGET_MS,
    targets: [
      ours('AlertToRollbackMs', 'p50', 'p50'),
      ours('AlertToRollbackMs', 'p95', 'p95'),
      ours('AlertToRollbackMs', 'p99', 'p99'),
      ours('AlertToRollbackMs', 'Maximum', 'slowest'),
    ],
  },
  {
    title: 'Webhook to zero',
    description: 'Our part of it: from the receipt of the alert to the last patch.',
    type: 'timeseries',
    width: 12,
    unit: 'ms',
    targets: [
      ours('WebhookToRollbackMs', 'p50', 'p50'),
      ours('WebhookToRollbackMs', 'p95', 'p95'),
      ours('WebhookToRollbackMs', 'Maximum', 'slowest'),
    ],
  },
];

const OUTCOMES: readonly Panel[] = [
  {
    title: 'Outcomes',
    description:
      'One for each alert and canary. pending is tried again; many skipped are alerts that are not about canaries.',
    type: 'timeseries',
    width: 12,
    unit: 'short',
    stacked: true,
    targets: ['rolled-back', 'already-zero', 'pending', 'failed', 'refused', 'suggested', 'observed', 'skipped'].map(
      (name) => outcome(name),
    ),
  },
  {
    title: 'Alerts at the door',
    description:
      'HeartbeatReceived falling to zero means that no alert would arrive either. Rejected and throttled ones are not sent again.',
    type: 'timeseries',
    width: 12,
    unit: 'short',
    targets: [
      ours('HeartbeatReceived', 'Sum'),
      ours('WebhookRejected', 'Sum'),
      ours('GatewayThrottled', 'Sum'),
      ours('AlertsTruncated', 'Sum'),
      ours('InputRejected', 'Sum'),
    ],
  },
];

const HOLDS: readonly Panel[] = [
  {
    title: 'Put back within their hold',
    description: 'Somebody, or GitOps, gave a canary weight again. Left above zero: a person has to see to it.',
    type: 'timeseries',
    width: 12,
    unit: 'short',
    targets: [ours('CanariesReasserted', 'Sum'), ours('CanariesLeftAboveZero', 'Sum'), ours('HoldsClosed', 'Sum')],
  },
  {
    title: 'Requests after a rollback',
    description:
      'Unverified: the canary still got requests when its new weight had to work, and that has paged. Only where a Prometheus is configured.',
    type: 'timeseries',
    width: 12,
    unit: 'short',
    limit: 1,
    targets: [ours('RollbacksUnverified', 'Sum'), ours('PrometheusFaults', 'Sum')],
  },
];

const TELLING: readonly Panel[] = [
  {
    title: 'Notifications',
    description: 'Failed ones are retried by the queue; skipped means that no channel is configured for the event.',
    type: 'timeseries',
    width: 12,
    unit: 'short',
    targets: [
      ours('NotificationsSent', 'Sum'),
      ours('NotificationsFailed', 'Sum'),
      ours('NotificationsSkipped', 'Sum'),
    ],
  },
  {
    title: 'Events not on the bus',
    description: 'Older than a minute and not sent; guard sends them again each minute.',
    type: 'timeseries',
    width: 12,
    unit: 'short',
    limit: 1,
    targets: [ours('EventsUnsent', 'Maximum')],
  },
];

const FUNCTIONS = ['rollback', 'guard', 'publish', 'notify', 'report', 'operate'];

const HEALTH: readonly Panel[] = [
  {
    title: 'Settings and clusters',
    description:
      'Stale or invalid settings leave the last good ones in use. A guard fault is a cluster that could not be looked into.',
    type: 'timeseries',
    width: 8,
    unit: 'short',
    targets: [
      ours('SettingsStale', 'Sum'),
      ours('SettingsInvalid', 'Sum'),
      ours('GuardFaults', 'Sum'),
      ours('ConflictRetries', 'Sum'),
      ours('JournalEntriesIgnored', 'Sum'),
    ],
  },
  {
    title: 'Errors of functions',
    description: 'Their logs say why.',
    type: 'timeseries',
    width: 8,
    unit: 'short',
    limit: 1,
    targets: FUNCTIONS.map((name) => lambda(name, 'Errors', 'Sum')),
  },
  {
    title: 'Duration of functions, p95',
    description: 'The rollback function has 8 s for all that a delivery asks for.',
    type: 'timeseries',
    width: 8,
    unit: 'ms',
    targets: FUNCTIONS.map((name) => lambda(name, 'Duration', 'p95')),
  },
];
