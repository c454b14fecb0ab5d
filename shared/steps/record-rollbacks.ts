import type { OutboxEvent } from '#shared/contracts/events.ts';
import { withRecord, withResolved } from '#shared/domain/episode.ts';
import { isManual } from '#shared/domain/manual.ts';
import { mergeRecord, type RollbackDraft, type Told } from '#shared/domain/merge-record.ts';
import { isBare, type RollbackRecord, type TargetRecord, UNKNOWN } from '#shared/domain/rollback-record.ts';
import type { Clock } from '#shared/ports/clock.ts';
import {
  type KnownRollbacks,
  MAX_RECORDS_PER_CHANGE,
  type RollbackChange,
  type RollbackLog,
} from '#shared/ports/rollback-log.ts';
import { buildEvent } from './build-events.ts';
import { rollbackId } from './digest.ts';
import { writeInRace } from './write-in-race.ts';

/** One firing's part in a target: its draft, and how long the canary must stay at zero. */
export type Draft = {
  readonly draft: RollbackDraft;
  readonly firing: string;
  readonly holdUntil?: number | undefined;
  /** Of a record that was read before: where it has been replaced meanwhile, nothing is to be made of the draft. */
  readonly onlyIfThere?: boolean | undefined;
};

export type RecordDeps = {
  readonly log: RollbackLog;
  readonly clock: Clock;
  /** Told of the events of each change, once it is written. */
  readonly onWritten?: ((events: readonly OutboxEvent[]) => void) | undefined;
};

/**
 * Writes what was done about one target for some firings: rollbacks, target and events, all or nothing in parts of 20.
 * Returns the records as they stand now, in the order given: where another delivery knew better, that one's. A record
 * without canary that two racing deliveries left beside one with it goes with the next write of that one.
 * Throws StoreFault.
 */
export async function recordRollbacks(
  drafts: readonly Draft[],
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<RollbackRecord[]> {
  const records: RollbackRecord[] = [];
  for (let start = 0; start < drafts.length; start += MAX_RECORDS_PER_CHANGE) {
    records.push(...(await recordPart(drafts.slice(start, start + MAX_RECORDS_PER_CHANGE), deps, signal)));
  }
  return records;
}

async function recordPart(drafts: readonly Draft[], deps: RecordDeps, signal: AbortSignal): Promise<RollbackRecord[]> {
  const first = drafts[0]?.draft;
  if (!first) return [];
  const target = first.canary === UNKNOWN ? undefined : { cluster: first.cluster, canary: first.canary };
  const ids = [...new Set(drafts.flatMap(({ draft, firing }) => [draft.id, ...placeholderIds(draft, firing)]))];
  const { records, events } = await writeInRace(
    `The records of ${first.cluster} ${first.canary}`,
    async () => {
      const change = changeOf(drafts, await deps.log.read(ids, target, signal), deps.clock.now());
      return { change: change.rollbacks.length + change.remove.length > 0 ? change : undefined, result: change };
    },
    deps,
    signal,
  );
  if (events.length > 0) deps.onWritten?.(events);
  return records;
}

type Change = RollbackChange & { readonly records: RollbackRecord[] };

function changeOf(drafts: readonly Draft[], known: KnownRollbacks, now: number): Change {
  let target: TargetRecord | undefined = known.target;
  const records: RollbackRecord[] = [];
  const written: { readonly record: RollbackRecord; readonly told: readonly Told[] }[] = [];
  const receivedBefore: number[] = [];
  const replaced: Replaced[] = [];
  for (const one of drafts) {
    if (one.onlyIfThere && !known.rollbacks.has(one.draft.id)) continue;
    const replacing = placeholdersOf(one, known);
    replaced.push(...replacing);
    const draft = replacing.reduce((made, { placeholder }) => inPlaceOf(placeholder, made), one.draft);
    const before = known.rollbacks.get(draft.id);
    const merged = mergeRecord(before, draft, now);
    if (merged.kind === 'keep') {
      records.push(merged.record);
      continue;
    }
    target = draft.canary === UNKNOWN ? target : targetAfter(target, merged.record, one);
    const record = inEpisode(merged.record, target);
    records.push(record);
    written.push({ record, told: merged.told });
    if (before) receivedBefore.push(before.timeline.receivedAt);
  }
  return {
    records,
    rollbacks: [...written.map(({ record }) => record), ...replaced.flatMap(supersede)],
    target: onceWritten(target, known.target),
    remove: replaced.flatMap(remove),
    receivedBefore: [...receivedBefore, ...replaced.map(({ placeholder }) => placeholder.timeline.receivedAt)],
    events: written
      .flatMap(({ record, told }) => told.map((news) => buildEvent(record, news, now)))
      .filter((event) => event !== undefined),
  };
}

/** Nothing will tell that a firing has resolved which no alert is behind. */
function targetAfter(
  target: TargetRecord | undefined,
  record: RollbackRecord,
  { firing, holdUntil }: Draft,
): TargetRecord {
  const joined = withRecord(target, record, firing, holdUntil);
  return isManual(record.alert) ? withResolved(joined, firing, record.timeline.receivedAt) : joined;
}

/** However many firings it took in, it is one write. */
function onceWritten(target: TargetRecord | undefined, known: TargetRecord | undefined): TargetRecord | undefined {
  return target && target !== known ? { ...target, version: (known?.version ?? 0) + 1 } : undefined;
}

/** A record stays in the episode that it was first in. */
function inEpisode(record: RollbackRecord, target: TargetRecord | undefined): RollbackRecord {
  if (!target || (record.episode && record.episode.id !== target.episode.id)) return record;
  const { id, firedAt, countedBy } = target.episode;
  return {
    ...record,
    episode: {
      id,
      firedAt: record.episode?.firedAt ?? firedAt,
      ...(countedBy === undefined ? {} : { countedBy }),
    },
  };
}

/** A record without canary, or cluster, that a record with both replaces: deleted while unfinished, else kept and marked. */
type Replaced = { readonly placeholder: RollbackRecord; readonly by: Draft };

/** It was received when the placeholder was, and what was told of that one is not told again. */
function inPlaceOf(
  { alert, truncatedAlerts, timeline, slaBreachedAt }: RollbackRecord,
  draft: RollbackDraft,
): RollbackDraft {
  const receivedAt = Math.min(timeline.receivedAt, draft.timeline.receivedAt);
  return {
    ...draft,
    ...(isBare(draft.alert) ? { alert, truncatedAlerts } : {}),
    timeline: { ...draft.timeline, receivedAt },
    ...(slaBreachedAt === undefined ? {} : { slaBreachedAt }),
  };
}

function remove({ placeholder: { id, version, outcome }, by }: Replaced): RollbackChange['remove'] {
  return outcome === 'pending' ? [{ id, version, firing: by.firing }] : [];
}

function supersede({ placeholder, by }: Replaced): RollbackRecord[] {
  return placeholder.outcome === 'pending'
    ? []
    : [{ ...placeholder, version: placeholder.version + 1, supersededBy: by.draft.id }];
}

/** What may have been recorded for the firing before its canary, or its cluster, was known. */
function placeholderIds({ cluster, canary }: RollbackDraft, firing: string): string[] {
  if (canary === UNKNOWN) return [];
  return [cluster, UNKNOWN].map((one) => rollbackId({ cluster: one, canary: UNKNOWN, firing }));
}

function placeholdersOf(by: Draft, known: KnownRollbacks): Replaced[] {
  const found = placeholderIds(by.draft, by.firing).map((id) => known.rollbacks.get(id));
  return found
    .filter((record) => record !== undefined)
    .filter(({ supersededBy }) => supersededBy === undefined)
    .map((placeholder) => ({ placeholder, by }));
}
