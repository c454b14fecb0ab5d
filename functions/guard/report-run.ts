import type { Log, Meter } from '#shared/ports/telemetry.ts';
import type { ClusterRun } from '#shared/steps/guard-cluster.ts';
import type { GuardRun } from '#shared/steps/run-guard.ts';

/** Logs what a run of guard did, and counts what an alarm stands on. */
export function reportRun(run: GuardRun, { log, meter }: { readonly log: Log; readonly meter: Meter }): void {
  const { clusters, events, slaBreached, storeFaults } = run;
  for (const [cluster, { clusterFaults }] of clusters) {
    if (clusterFaults.length === 0) continue;
    meter.count('GuardFaults', { cluster }, clusterFaults.length);
    log.warn('Guard could not see a cluster, or not all of it; the next run tries again', {
      cluster,
      detail: clusterFaults.join(' ').slice(0, 1000),
    });
  }
  if (slaBreached > 0) meter.count('SlaBreached', {}, slaBreached);
  if (events) {
    meter.count('EventsUnsent', {}, events.unsent);
    for (const { event, message } of events.refused)
      log.error('An event is refused by the bus and stays unsent', {
        event: event.id,
        type: event.type,
        detail: message,
      });
    if (events.busFault !== undefined)
      log.error('The event bus does not answer; the next run sends what waits', { cause: String(events.busFault) });
  }
  for (const fault of storeFaults)
    log.error('Guard could not read or write the store; the next run does what is left', { cause: fault.message });
  log.info('Guard ran', {
    clusters: Object.fromEntries([...clusters].map(([name, one]) => [name, countsOf(one)])),
    eventsSent: events?.sent,
    eventsUnsent: events?.unsent,
    slaBreached,
  });
}

function countsOf({ clusterFaults, storeFaults, ...counts }: ClusterRun): Record<string, number> {
  return { ...counts, faults: clusterFaults.length + storeFaults.length };
}
