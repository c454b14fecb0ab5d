import type { Log, Meter } from '#shared/ports/telemetry.ts';
import type { ClusterRun } from '#shared/steps/guard-cluster.ts';
import type { HoldsRun } from '#shared/steps/guard-holds.ts';
import type { Resent } from '#shared/steps/resend-events.ts';
import type { GuardRun } from '#shared/steps/run-guard.ts';

type Telemetry = { readonly log: Log; readonly meter: Meter };

/** Logs what a run of guard did, and counts what an alarm stands on. */
export function reportRun(run: GuardRun, telemetry: Telemetry): void {
  const { log, meter } = telemetry;
  const { clusters, events, slaBreached, storeFaults } = run;
  for (const [cluster, one] of clusters) reportCluster(cluster, one, telemetry);
  if (slaBreached > 0) meter.count('SlaBreached', {}, slaBreached);
  if (events) reportEvents(events, telemetry);
  for (const fault of storeFaults)
    log.error('Guard could not read or write the store; the next run does what is left', { cause: fault.message });
  log.info('Guard ran', {
    clusters: Object.fromEntries([...clusters].map(([name, one]) => [name, countsOf(one)])),
    eventsSent: events?.sent,
    eventsUnsent: events?.unsent,
    slaBreached,
    daysFolded: run.days?.folded,
    daysFoldedAgain: run.days?.refolded,
    week: run.week,
  });
}

function reportEvents(events: Resent, { log, meter }: Telemetry): void {
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

function reportCluster(cluster: string, { clusterFaults, holds }: ClusterRun, telemetry: Telemetry): void {
  reportHolds(cluster, holds, telemetry);
  if (clusterFaults.length === 0) return;
  const { log, meter } = telemetry;
  meter.count('GuardFaults', { cluster }, clusterFaults.length);
  log.warn('Guard could not look into a cluster; the next run tries again', {
    cluster,
    detail: clusterFaults.join(' ').slice(0, 1000),
  });
}

/** Counted by each run while it lasts, but for what is told once. */
function reportHolds(cluster: string, holds: HoldsRun, { log, meter }: Telemetry): void {
  const { reasserted, putBack, closed, told, trafficFaults } = holds;
  const unverified = told.filter(({ kind }) => kind === 'unverified').length;
  if (reasserted > 0) meter.count('CanariesReasserted', { cluster }, reasserted);
  if (putBack > 0) meter.count('CanariesLeftAboveZero', { cluster }, putBack);
  if (closed > 0) meter.count('HoldsClosed', { cluster }, closed);
  if (unverified > 0) meter.count('RollbacksUnverified', { cluster }, unverified);
  if (trafficFaults.length > 0) meter.count('PrometheusFaults', { cluster }, trafficFaults.length);
  if (reasserted + putBack > 0)
    log.warn('A canary was put back within its hold', { cluster, reasserted, leftAboveZero: putBack });
  if (trafficFaults.length > 0)
    log.warn('Prometheus did not tell whether canaries still get requests; the next run asks again', {
      cluster,
      detail: trafficFaults.join(' ').slice(0, 1000),
    });
}

function countsOf({ clusterFaults, storeFaults, holds, ...counts }: ClusterRun): Record<string, number> {
  const { open: held, closed, reasserted, putBack } = holds;
  return { ...counts, held, closed, reasserted, putBack, faults: clusterFaults.length + storeFaults.length };
}
