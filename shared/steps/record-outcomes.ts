import { type Alert, firingOf } from '#shared/domain/alert.ts';
import type { Command } from '#shared/domain/command.ts';
import { type Outcome, REASONS, type Reason } from '#shared/domain/outcome.ts';
import { type RollbackRecord, UNKNOWN } from '#shared/domain/rollback-record.ts';
import type { StoreFault } from '#shared/ports/rollback-log.ts';
import { type DeliveryFacts, draftOfTarget, draftOfUnresolved } from './draft-rollback.ts';
import { inParallel } from './in-parallel.ts';
import { keepFaults } from './keep-faults.ts';
import { findUnresolved, resolveRecord, type UnresolvedRecord } from './record-resolved.ts';
import { type Draft, type RecordDeps, recordRollbacks } from './record-rollbacks.ts';
import type { AlertOutcome } from './roll-back-alerts.ts';

/** What one alert, or one target of it, is answered with. */
export type DeliveryEntry = {
  readonly alert: Alert;
  readonly outcome: Outcome;
  readonly reason?: Reason | undefined;
  readonly message: string;
  readonly commands: readonly Command[];
  /** Absent where nothing is recorded, or could be. */
  readonly record?: RollbackRecord | undefined;
  readonly draft?: Draft['draft'] | undefined;
};

export type RecordedDelivery = {
  readonly entries: readonly DeliveryEntry[];
  /** What kept some of it from being recorded; a retry can mend it. */
  readonly faults: readonly StoreFault[];
};

/** Parts of a delivery that are written at the same time. */
const WRITES_AT_ONCE = 8;
/** Drafts without a canary belong to no target and are written in parts of their own. */
const UNRESOLVED_PER_PART = 20;

/** Records a delivery: each target's firings together. A store that does not answer takes nothing from the others. */
export async function recordOutcomes(
  outcomes: readonly AlertOutcome[],
  facts: DeliveryFacts,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<RecordedDelivery> {
  const faults: StoreFault[] = [];
  const guarded = keepFaults({ store: faults });
  const drafted = outcomes.map((outcome) => ({ outcome, drafts: draftsOf(outcome, facts) }));
  const records = new Map<string, RollbackRecord>();
  const parts = partsOf(drafted.flatMap(({ drafts }) => drafts));
  await inParallel(parts, WRITES_AT_ONCE, (part) =>
    guarded(async () => {
      for (const record of await writePart(part, deps, signal)) records.set(record.id, record);
    }),
  );
  const resolved = outcomes.flatMap((outcome) =>
    outcome.kind === 'unresolved' && outcome.said.reason === 'resolved' ? [outcome.alert] : [],
  );
  const found = await inParallel(uniqueFirings(resolved), WRITES_AT_ONCE, (alert) =>
    guarded(() => findUnresolved(alert, deps, signal)),
  );
  await inParallel(byTarget(found.flatMap((some) => some ?? [])), WRITES_AT_ONCE, async (group) => {
    for (const one of group) await guarded(() => resolveRecord(one, deps, signal));
  });
  return { entries: drafted.flatMap(({ outcome, drafts }) => entriesOf(outcome, drafts, records)), faults };
}

function draftsOf(outcome: AlertOutcome, facts: DeliveryFacts): Draft[] {
  if (outcome.kind === 'unresolved') {
    return REASONS[outcome.said.reason].recorded
      ? [draftOfUnresolved(outcome.alert, outcome.said, outcome.cluster, facts)]
      : [];
  }
  return outcome.results
    .map(({ result, view }) => draftOfTarget(outcome.alert, result, facts, [...view.unknowns]))
    .filter((draft) => draft !== undefined);
}

/** The drafts by target; the same firing twice is one. */
function partsOf(drafts: readonly Draft[]): Draft[][] {
  const parts = new Map<string, Map<string, Draft>>();
  let unresolved = 0;
  for (const one of drafts) {
    const { id, cluster, canary } = one.draft;
    const key =
      canary === UNKNOWN ? `${UNKNOWN} ${Math.floor(unresolved++ / UNRESOLVED_PER_PART)}` : `${cluster} ${canary}`;
    const part = parts.get(key) ?? new Map<string, Draft>();
    parts.set(key, part.set(id, one));
  }
  return [...parts.values()].map((part) => [...part.values()]);
}

/** A firing whose canary is known from before gets no second record without one: what is known stands. */
async function writePart(part: readonly Draft[], deps: RecordDeps, signal: AbortSignal): Promise<RollbackRecord[]> {
  if (part[0]?.draft.canary !== UNKNOWN) return recordRollbacks(part, deps, signal);
  const known = await Promise.all(
    part.map(async (one) => (await deps.log.ofFiring(one.firing, signal)).some(({ canary }) => canary !== UNKNOWN)),
  );
  return recordRollbacks(
    part.filter((_, index) => !known[index]),
    deps,
    signal,
  );
}

function entriesOf(
  outcome: AlertOutcome,
  drafts: readonly Draft[],
  records: ReadonlyMap<string, RollbackRecord>,
): DeliveryEntry[] {
  const { alert } = outcome;
  if (outcome.kind === 'targets' || drafts.length > 0) {
    return drafts.map(({ draft }) => entryOf(alert, draft, records.get(draft.id)));
  }
  const { reason, message } = outcome.said;
  return [{ alert, outcome: REASONS[reason].outcome, reason, message, commands: [] }];
}

/**
 * Where the canary is at zero, the record says how that came about, whoever did it; where it is not, this delivery's own
 * outcome is the news.
 */
function entryOf(alert: Alert, draft: Draft['draft'], record: RollbackRecord | undefined): DeliveryEntry {
  const atZero = draft.outcome === 'rolled-back' || draft.outcome === 'already-zero';
  const { outcome, reason, message, commands } = record && atZero ? record : draft;
  return { alert, outcome, reason, message, commands, record, draft };
}

/** Each write is also one of the target: at the same time, those of one target would only meet each other. */
function byTarget(found: readonly UnresolvedRecord[]): UnresolvedRecord[][] {
  return [...Map.groupBy(found, ({ record: { cluster, canary } }) => `${cluster} ${canary}`).values()];
}

function uniqueFirings(alerts: readonly Alert[]): Alert[] {
  return [...new Map(alerts.map((alert) => [firingOf(alert), alert])).values()];
}
