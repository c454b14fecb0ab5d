import type { Alert } from '#shared/domain/alert.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';

/** Prometheus' alert that always fires: as long as it comes, so would an alert that matters. */
export function isWatchdog({ labels }: Alert): boolean {
  return labels['alertname'] === 'Watchdog';
}

/** Counts the beat that is among the alerts. A resolved Watchdog is the opposite of one: its rule is gone. */
export function countHeartbeat(
  alerts: readonly Alert[],
  { log, meter }: { readonly log: Log; readonly meter: Meter },
): boolean {
  const beats = alerts.some((alert) => isWatchdog(alert) && alert.status === 'firing');
  if (beats) meter.count('HeartbeatReceived');
  else
    log.warn('A heartbeat came without a firing Watchdog: look at the route and at the rule', {
      alerts: alerts.length,
    });
  return beats;
}
