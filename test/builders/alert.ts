import type { Alert } from '#shared/domain/alert.ts';
import { FIRED_AT } from './rollback-record.ts';

/** One entry of a webhook as Alertmanager writes it. */
export type RawAlert = {
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL: string;
  fingerprint: string;
};

const ZERO_TIME = '0001-01-01T00:00:00Z';

/** The incident's alert as it is posted: Istio's labels, firing since FIRED_AT. */
export function aRawAlert(overrides: Partial<RawAlert> = {}): RawAlert {
  return {
    status: 'firing',
    labels: {
      alertname: 'CanaryErrorRateHigh',
      severity: 'critical',
      destination_service_name: 'payment-svc',
      destination_service_namespace: 'production',
    },
    annotations: { summary: 'v2 answers with errors' },
    startsAt: new Date(FIRED_AT).toISOString(),
    endsAt: ZERO_TIME,
    generatorURL: 'http://prometheus.example.com/graph?g0.expr=up',
    fingerprint: '6de87c554b1410dd',
    ...overrides,
  };
}

/** A webhook of version 4. */
export function aWebhook(alerts: readonly RawAlert[] = [aRawAlert()], more: Record<string, unknown> = {}) {
  return {
    version: '4',
    groupKey: '{}:{alertname="CanaryErrorRateHigh"}',
    truncatedAlerts: 0,
    status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    receiver: 'weightless',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example.com',
    alerts,
    ...more,
  };
}

/** The same alert as the product reads it. */
export function anAlert(overrides: Partial<Alert> = {}): Alert {
  const { labels, annotations, fingerprint } = aRawAlert();
  return { status: 'firing', labels, annotations, startsAt: FIRED_AT, fingerprint, ...overrides };
}
