import { firingOf } from '#shared/domain/alert.ts';
import { isBare, type RollbackRecord, UNKNOWN } from '#shared/domain/rollback-record.ts';
import { mayRetry } from '#shared/domain/unfinished.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { StoreFault } from '#shared/ports/rollback-log.ts';
import { startBudget } from './budget.ts';
import { alertOf, draftOfRecord } from './draft-of-record.ts';
import { type DeliveryEntry, recordOutcomes } from './record-outcomes.ts';
import { type Draft, type RecordDeps, recordRollbacks } from './record-rollbacks.ts';
import { type RollbackPolicy, rollBackAlerts } from './roll-back-alerts.ts';

/** As many as one delivery of a busy Alertmanager; each lot has a delivery's time. */
const RECORDS_A_LOT = 100;

export type RetryParts = {
  readonly cluster: Cluster;
  readonly policy: RollbackPolicy;
  readonly onConflict: () => void;
  /** Epoch ms after which no lot is begun. */
  readonly until: number;
};

export type Retried = {
  /** How many were tried again. */
  readonly retried: number;
  /** How the last try of each record ended, by its id, where it did not end well. */
  readonly last: ReadonlyMap<string, DeliveryEntry>;
  /** False where the cluster gave no usable answer to a whole lot: then nothing more was asked of it. */
  readonly answers: boolean;
  readonly faults: readonly StoreFault[];
};

/**
 * Runs unfinished rollbacks of one cluster again, by the steps of a delivery. Each is read again right before: who has
 * ended meanwhile, or whose alert has resolved, is left alone, and so is one that its journal alone tells of.
 * Throws StoreFault where that reading fails.
 */
export async function retryUnfinished(
  records: readonly RollbackRecord[],
  parts: RetryParts,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<Retried> {
  const last = new Map<string, DeliveryEntry>();
  const faults: StoreFault[] = [];
  let retried = 0;
  let answers = true;
  for (let start = 0; start < records.length && answers; start += RECORDS_A_LOT) {
    if (deps.clock.now() >= parts.until || signal.aborted) break;
    const ids = records.slice(start, start + RECORDS_A_LOT).map(({ id }) => id);
    const { rollbacks } = await deps.log.read(ids, undefined, signal);
    const now = deps.clock.now();
    const lot = [...rollbacks.values()].filter((one) => !isBare(one.alert) && mayRetry(one, parts.policy.holdMs, now));
    if (lot.length === 0) continue;
    const tried = await retryLot(lot, parts, deps, signal);
    retried += lot.length;
    faults.push(...tried.faults);
    for (const [id, entry] of tried.last) last.set(id, entry);
    answers = !tried.entries.every(gotNoAnswer);
  }
  return { retried, last, answers, faults };
}

/** Pending without a canary: the cluster could not even be listed. */
function gotNoAnswer({ outcome, draft }: DeliveryEntry): boolean {
  return outcome === 'pending' && draft?.canary === UNKNOWN;
}

async function retryLot(
  lot: readonly RollbackRecord[],
  { cluster, policy, onConflict }: RetryParts,
  deps: RecordDeps,
  signal: AbortSignal,
) {
  const alerts = [...new Map(lot.map((one) => [firingOf(alertOf(one)), alertOf(one)])).values()];
  const receivedAt = deps.clock.now();
  const budget = startBudget(deps.clock, signal, receivedAt);
  const outcomes = await rollBackAlerts(alerts, { clusters: [cluster], policy, budget, receivedAt, onConflict });
  const facts = { receivedAt, truncatedAlerts: 0, slaMs: policy.slaMs, isRetry: true };
  const { entries, faults } = await recordOutcomes(outcomes, facts, deps, signal);
  const byFiring = Map.groupBy(entries, ({ alert }) => firingOf(alert));
  const left = lot.map((record) => ({ record, entries: byFiring.get(firingOf(alertOf(record))) ?? [] }));
  for (const draft of left.flatMap(endedElsewhere)) await recordRollbacks([draft], deps, signal);
  const last = left.flatMap(({ record, entries: about }): [string, DeliveryEntry][] => {
    const open =
      about.find(({ draft }) => draft?.id === record.id) ?? about.find(({ outcome }) => outcome === 'pending');
    return open && open.outcome !== 'rolled-back' ? [[record.id, open]] : [];
  });
  return { entries, faults, last };
}

type Left = { readonly record: RollbackRecord; readonly entries: readonly DeliveryEntry[] };

/** The alert has come to an end that is not about the record's canary, or needs no record: then this is the record's, too. */
function endedElsewhere({ record, entries }: Left): Draft[] {
  if (entries.length === 0 || entries.some(({ draft, outcome }) => draft?.id === record.id || outcome === 'pending'))
    return [];
  const [said] = entries;
  if (said?.reason && (!said.draft || said.draft.canary === UNKNOWN)) {
    return [draftOfRecord(record, { reason: said.reason, message: said.message, commands: said.commands })];
  }
  // A record of the canary has taken the place of one that did not know it.
  if (record.canary === UNKNOWN) return [];
  const others = entries.map(({ draft }) => draft?.canary).join(', ');
  const message = `The alert is about ${others} now, and no more about ${record.canary}.`;
  return [draftOfRecord(record, { reason: 'no-managed-virtual-service', message, commands: [] })];
}
