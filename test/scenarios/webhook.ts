import { createHash } from 'node:crypto';
import type { AlertSpec } from './scenario.ts';

const ZERO_TIME = '0001-01-01T00:00:00Z';
/** Nobody's rule, and enough to pass the selector. */
const USUAL_LABELS: Readonly<Record<string, string>> = {
  alertname: 'CanaryErrorRate',
  severity: 'critical',
  destination_service_name: 'payments',
  destination_service_namespace: '{ns}',
};

/** A webhook as Alertmanager posts it, version 4, with one group of alerts. */
export function webhookOf(specs: readonly AlertSpec[], { seed, firedAt }: { seed: string; firedAt: number }) {
  const alerts = specs.map((spec) => alertOf(spec, seed, firedAt));
  const firing = alerts.some(({ status }) => status === 'firing');
  return {
    receiver: 'weightless',
    status: firing ? 'firing' : 'resolved',
    alerts,
    groupLabels: { alertname: 'CanaryErrorRate' },
    commonLabels: { alertname: 'CanaryErrorRate' },
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example.invalid',
    version: '4',
    groupKey: '{}:{alertname="CanaryErrorRate"}',
    truncatedAlerts: 0,
  };
}

function alertOf(spec: AlertSpec, seed: string, firedAt: number) {
  const { labels, annotations = {}, status = 'firing', fingerprint = 'usual', firedLater = 0 } = spec;
  const merged = Object.entries({ ...USUAL_LABELS, ...labels }).filter(([, value]) => value !== undefined);
  return {
    status,
    labels: Object.fromEntries(merged),
    annotations,
    startsAt: new Date(firedAt + firedLater * 1000).toISOString(),
    endsAt: status === 'resolved' ? new Date(firedAt + firedLater * 1000 + 30_000).toISOString() : ZERO_TIME,
    generatorURL: 'http://prometheus.example.invalid/graph',
    fingerprint: createHash('sha256').update(`${seed} ${fingerprint}`).digest('hex').slice(0, 16),
  };
}
