import { NAMESPACE, TRY_IT_SERVICE } from './incident.ts';

/** A line for a POSIX shell that posts an alert about the second service, firing since now. */
export function curlLine(url: string, token: string): string {
  const labels = {
    alertname: 'CanaryErrorRateHigh',
    severity: 'critical',
    destination_service_name: TRY_IT_SERVICE,
    destination_service_namespace: NAMESPACE,
    destination_version: 'v2',
  };
  const alert = { status: 'firing', fingerprint: 'a5c1d2e3f4b60718', startsAt: 'NOW', labels };
  const body = JSON.stringify({ version: '4', alerts: [alert] }).replace('NOW', `'$(date -u +%FT%TZ)'`);
  return `          curl -s ${url}/v1/alerts -H "Authorization: Bearer ${token}" -H 'Content-Type: application/json' -d '${body}'`;
}
