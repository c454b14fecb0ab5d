import { listManagedCommand } from '#shared/domain/commands-for.ts';
import { parseDestination, serviceOfHost } from '#shared/domain/destination.ts';
import { isOpen } from '#shared/domain/journal.ts';
import type { HistoryEntry, RollbackRecord } from '#shared/domain/rollback-record.ts';
import { subsetLabels } from '#shared/domain/surroundings.ts';
import { isToVerify, verify, zeroSince } from '#shared/domain/verification.ts';
import { type Cluster, ClusterFault } from '#shared/ports/cluster.ts';
import { type Traffic, TrafficFault } from '#shared/ports/traffic.ts';
import { type Additions, appendHistory } from './append-history.ts';
import type { Budget } from './budget.ts';
import { rollbackId } from './digest.ts';
import { inParallel } from './in-parallel.ts';
import type { Held, Records } from './read-holds.ts';
import type { RecordDeps } from './record-rollbacks.ts';

/** Queries under way at once: a Prometheus has other work. */
const AT_ONCE = 4;
/** The canary's series must have been there shortly before its rollback. */
const SEEN_BEFORE_MS = 15 * 60_000;

export type Verified = {
  readonly told: readonly HistoryEntry[];
  /** Why Prometheus told nothing: then nothing is claimed. */
  readonly trafficFaults: readonly string[];
};

/**
 * Asks for the requests of each canary that is held at zero, and writes down that they stopped, or, once, that they did
 * not. Throws StoreFault.
 */
export async function verifyHolds(
  held: readonly Held[],
  records: Records,
  { cluster, budget }: { readonly cluster: Cluster; readonly budget: Budget },
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<Verified> {
  const { traffic } = cluster;
  const told: HistoryEntry[] = [];
  const trafficFaults: string[] = [];
  if (!traffic) return { told, trafficFaults };
  const now = budget.clock.now();
  const open = recordsToVerify(held, records, cluster.name, (record) => isToVerify(record, traffic.windowMs, now), now);
  await inParallel([...Map.groupBy(open, ({ canary }) => canary)], AT_ONCE, async ([canary, group]) => {
    const rate = await ask(canary, group, traffic, cluster, budget).catch((fault: unknown) => {
      if (!(fault instanceof TrafficFault)) throw fault;
      trafficFaults.push(fault.message);
      return undefined;
    });
    if (rate === undefined) return;
    for (const { id } of group) {
      const decide = (record: RollbackRecord) => additionsOf(record, rate, traffic.windowMs, now, cluster.context);
      told.push(...((await appendHistory(id, decide, deps, signal)) ?? []));
    }
  });
  return { told, trafficFaults };
}

function recordsToVerify(
  held: readonly Held[],
  records: Records,
  cluster: string,
  isOpenStill: (record: RollbackRecord) => boolean,
  now: number,
): RollbackRecord[] {
  const ids = held.flatMap(({ entries }) =>
    entries
      .filter((entry) => isOpen(entry, now))
      .flatMap(({ canary, alerts }) =>
        canary === undefined ? [] : alerts.map((firing) => rollbackId({ cluster, canary, firing })),
      ),
  );
  return [...new Set(ids)].flatMap((id) => records.get(id) ?? []).filter(isOpenStill);
}

async function ask(
  canary: string,
  group: readonly RollbackRecord[],
  traffic: Traffic,
  { surroundings }: Cluster,
  { clock, signal }: Budget,
): Promise<number | undefined> {
  const key = parseDestination(canary);
  const namespace = serviceOfHost(key.host)?.namespace;
  const rules =
    key.subset && namespace
      ? await surroundings?.destinationRules(namespace, signal).catch((fault: unknown) => {
          if (fault instanceof ClusterFault) return undefined;
          throw fault;
        })
      : undefined;
  const seenSince = Math.min(...group.map((record) => zeroSince(record) ?? clock.now())) - SEEN_BEFORE_MS;
  const podLabels = rules && subsetLabels(rules, key);
  return traffic.requestsPerSecond({ canary: key, podLabels, at: clock.now(), seenSince }, signal);
}

function additionsOf(
  record: RollbackRecord,
  rate: number,
  windowMs: number,
  at: number,
  context: string | undefined,
): Additions {
  if (!isToVerify(record, windowMs, at)) return { news: [] };
  const found = verify(record, rate, windowMs, at);
  if (found === 'verified') {
    const said = { message: stoppedMessage(record, at), commands: [] };
    return { news: [{ entry: { kind: 'verified', at }, said }], verifiedAt: at };
  }
  if (found === 'early') return { news: [] };
  const requestsPerSecond = Number(rate.toPrecision(3));
  const said = { message: messageOf(record, requestsPerSecond, at), commands: [listManagedCommand(context)] };
  return { news: [{ entry: { kind: 'unverified', at, requestsPerSecond }, said }] };
}

function stoppedMessage(record: RollbackRecord, at: number): string {
  const { canary, cluster } = record;
  return `${canary} in ${cluster} gets no requests any more, ${secondsSince(record, at)} s after its weight went to zero.`;
}

function secondsSince(record: RollbackRecord, at: number): number {
  return Math.round((at - (zeroSince(record) ?? at)) / 1000);
}

function messageOf(record: RollbackRecord, requestsPerSecond: number, at: number): string {
  const { canary, cluster, residual } = record;
  const still = `${canary} in ${cluster} still gets ${requestsPerSecond} requests a second, ${secondsSince(record, at)} s after its weight went to zero.`;
  if (residual === 'unknown')
    return `${still} What else sends to it is not known: look at every VirtualService of its host.`;
  if (residual.length > 0) return `${still} What can still reach it: ${residual.map(({ what }) => what).join('; ')}.`;
  return `${still} No VirtualService that we know sends to it: see whether the gateways have taken the new routes (istioctl proxy-status), and who calls the service without them.`;
}
