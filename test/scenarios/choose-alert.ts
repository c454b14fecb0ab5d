import { oneRoute, to } from './objects.ts';
import { type AlertSpec, rolledBack, row, type Scenario, untouched } from './scenario.ts';

const objects = [oneRoute([to('payments/v1', 1), to('payments/v2', 99)])];
const shifted = { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 };
const chosen = (title: string, alert: AlertSpec) => row({ title, objects, alerts: [alert], ...rolledBack(shifted) });
const skipped = (title: string, alert: AlertSpec) =>
  row({ title, objects, alerts: [alert], ...untouched('skipped', 'not-an-slo-alert') });

/** Only SLO alerts act: the selector picks them, and the never-list beats it. */
export const CHOOSE_ALERT: readonly Scenario[] = [
  chosen('acts on severity critical', {}),
  chosen('acts on severity page', { labels: { severity: 'page' } }),
  chosen('acts on sloth_severity page', { labels: { severity: undefined, sloth_severity: 'page' } }),
  skipped('skips severity warning', { labels: { severity: 'warning' } }),
  skipped('skips a severity that only begins like critical', { labels: { severity: 'critical-ish' } }),
  skipped('skips an alert without a severity', { labels: { severity: undefined } }),
  skipped('skips sloth_severity ticket, though its severity is critical', { labels: { sloth_severity: 'ticket' } }),
  skipped('skips an absent SLO metric, though its severity is critical', { labels: { alertname: 'SLOMetricAbsent' } }),
  row({
    title: 'skips a resolved alert without a look at the cluster',
    objects,
    alerts: [{ status: 'resolved' }],
    ...untouched('skipped', 'resolved'),
  }),
  row({
    title: 'takes another selector from the settings',
    settings: { alerts: { selector: ['team="payments"'], never: ['env="staging"'] } },
    objects,
    alerts: [
      { fingerprint: 'a', labels: { team: 'payments', env: 'staging' } },
      { fingerprint: 'b' },
      { fingerprint: 'c', labels: { team: 'payments', severity: 'ticket' } },
    ],
    results: [
      { outcome: 'skipped', reason: 'not-an-slo-alert' },
      { outcome: 'skipped', reason: 'not-an-slo-alert' },
      { outcome: 'rolled-back' },
    ],
    changes: { payments: shifted },
  }),
];
