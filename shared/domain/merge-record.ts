import type { Command } from './command.ts';
import { holdHistory } from './hold-history.ts';
import type { Writer } from './journal.ts';
import { isManual } from './manual.ts';
import { pages, replaces, slaCountOf } from './outcome.ts';
import { pagesFor } from './residual.ts';
import { type HistoryEntry, isBare, type RecordedSla, type RollbackRecord } from './rollback-record.ts';
import { judge, owedSince, type Timeline } from './timeline.ts';

/** What one delivery found out about one firing and target, before it meets what is known of it. */
export type RollbackDraft = Omit<
  RollbackRecord,
  'version' | 'sla' | 'pages' | 'episode' | 'history' | 'supersededBy' | 'timeline'
> & {
  readonly timeline: Timeline;
  readonly slaMs: number;
  /** The journal's count of reasserts; each one has a place in the record's history. */
  readonly reasserts: number;
  /** Who had put the canary back before the last of them, or has now. */
  readonly reverted?: Writer | undefined;
};

/** What is told to others about a write: the record's outcome, or an entry of its history. */
export type Told =
  | { readonly kind: 'outcome' }
  | { readonly kind: 'sla-breached' }
  | {
      readonly kind: 'history';
      readonly index: number;
      readonly entry: HistoryEntry;
      /** What a person is told instead of the record's own words, which are about the rollback that there was. */
      readonly said?: { readonly message: string; readonly commands: readonly Command[] };
    };

export type Merged =
  | { readonly kind: 'write'; readonly record: RollbackRecord; readonly told: readonly Told[] }
  | { readonly kind: 'keep'; readonly record: RollbackRecord };

/**
 * One record per firing and target, whose outcome may only improve: a better outcome replaces outcome, weights and
 * times; an equal or worse one writes nothing, except that a reassert, and the first already-acted or contested, are
 * added to the history, and that an alert of which only a journal told gets its labels.
 */
export function mergeRecord(existing: RollbackRecord | undefined, draft: RollbackDraft, now: number): Merged {
  if (!existing) return created(draft, now);
  const improved = replaces(draft, existing) ? improve(existing, draft, now) : completed(existing, draft);
  const news = newHistory(existing, draft, now);
  if (improved === existing && news.length === 0) return { kind: 'keep', record: existing };
  const history = [...improved.history, ...news];
  const told = news.map(
    (entry, index): Told => ({
      kind: 'history',
      index: improved.history.length + index,
      entry,
      ...(isAbout(entry, draft) ? { said: { message: draft.message, commands: draft.commands } } : {}),
    }),
  );
  const record = { ...improved, version: existing.version + 1, history };
  const isNews = improved.outcome !== existing.outcome || improved.reason !== existing.reason;
  return {
    kind: 'write',
    record,
    told: isNews ? [...outcomeTold(improved, existing.slaBreachedAt ?? draft.slaBreachedAt), ...told] : told,
  };
}

function isAbout({ kind }: HistoryEntry, { reason }: RollbackDraft): boolean {
  return kind === reason || (kind === 'reverted' && reason === 'put-back');
}

/** Equal or worse news may still tell what the alert was: a journal names its firing only. */
function completed(existing: RollbackRecord, draft: RollbackDraft): RollbackRecord {
  if (!isBare(existing.alert) || isBare(draft.alert)) return existing;
  return { ...existing, alert: draft.alert, truncatedAlerts: draft.truncatedAlerts };
}

function created(draft: RollbackDraft, now: number): Merged {
  const sla = slaOf(draft, undefined);
  const { slaMs: _, reasserts, reverted, ...rest } = draft;
  const history = holdHistory([], { reasserts, reverted }, now);
  const record = withBreach(
    {
      ...rest,
      version: 1,
      timeline: { ...draft.timeline, recordedAt: now, ...endOfAlert(draft) },
      sla,
      pages: pagesOf(draft),
      history,
    },
    now,
  );
  const told = history.map((entry, index): Told => ({ kind: 'history', index, entry }));
  return { kind: 'write', record, told: [...outcomeTold(record, draft.slaBreachedAt), ...told] };
}

/** No alert is behind a rollback by hand, so none is waited for: neither does guard act for it again. */
function endOfAlert({ alert, timeline }: RollbackDraft): { readonly alertResolvedAt?: number } {
  return isManual(alert) ? { alertResolvedAt: timeline.receivedAt } : {};
}

function improve(existing: RollbackRecord, draft: RollbackDraft, now: number): RollbackRecord {
  const { slaMs: _, reasserts: __, reverted: ___, ...rest } = draft;
  const from = { outcome: existing.outcome, ...(existing.reason ? { reason: existing.reason } : {}) };
  const improved: RollbackRecord = {
    ...existing,
    ...rest,
    ...(isBare(draft.alert) ? { alert: existing.alert } : {}),
    truncatedAlerts: Math.max(existing.truncatedAlerts, draft.truncatedAlerts),
    reason: draft.reason,
    timeline: {
      ...existing.timeline,
      ...draft.timeline,
      // The SLA clock stops at zero, and it was first received when it was first received.
      receivedAt: Math.min(existing.timeline.receivedAt, draft.timeline.receivedAt),
      recordedAt: now,
    },
    sla: slaOf(draft, existing),
    pages: pagesOf(draft),
    history: [...existing.history, { kind: 'improved', at: now, from }],
  };
  return withBreach(improved, now);
}

/** Notes when it was first told that the SLA target was missed; a record that replaces another has its note. */
function withBreach(record: RollbackRecord, now: number): RollbackRecord {
  return record.slaBreachedAt === undefined && isBreached(record, now) ? { ...record, slaBreachedAt: now } : record;
}

/** Nobody is at zero while a rollback is out of reach: it is late by the time that has gone, or went until it resolved. */
function isBreached({ alert, outcome, reason, sla, timeline }: RollbackRecord, now: number): boolean {
  // Nobody was promised a time.
  if (isManual(alert)) return false;
  if (outcome === 'rolled-back') return sla.met === false;
  return reason === 'unreachable' && (timeline.alertResolvedAt ?? now) - owedSince(timeline) > sla.targetMs;
}

/** `failed` that became `rolled-back` is judged by its time; one that somebody else mended stays a miss. */
function slaOf(draft: RollbackDraft, existing: RollbackRecord | undefined): RecordedSla {
  const receivedAt = Math.min(draft.timeline.receivedAt, existing?.timeline.receivedAt ?? draft.timeline.receivedAt);
  const { slaMet, ...judged } = judge({ ...draft.timeline, receivedAt }, draft.slaMs);
  const counted = isManual(draft.alert) ? 'not-counted' : slaCountOf(draft);
  const byTime = slaMet ? 'met' : 'missed';
  const count =
    existing?.sla.count === 'missed' && draft.outcome !== 'rolled-back'
      ? 'missed'
      : counted === 'by-time'
        ? byTime
        : counted;
  const timed = draft.outcome === 'rolled-back' && slaMet !== undefined ? { met: slaMet } : {};
  return { targetMs: draft.slaMs, ...judged, ...timed, count };
}

/** Whoever asked by hand, and is told what the request lacks, is awake. */
function pagesOf(draft: RollbackDraft): boolean {
  const isAnswered = isManual(draft.alert) && draft.outcome === 'refused';
  return (pages(draft) && !isAnswered) || (draft.residual !== 'unknown' && draft.residual.some(pagesFor));
}

/** `breachToldAt`: when the breach of its SLA target was told before this write. */
function outcomeTold({ outcome, slaBreachedAt }: RollbackRecord, breachToldAt: number | undefined): Told[] {
  if (outcome === 'pending') return [];
  return slaBreachedAt !== undefined && breachToldAt === undefined
    ? [{ kind: 'outcome' }, { kind: 'sla-breached' }]
    : [{ kind: 'outcome' }];
}

function newHistory(existing: RollbackRecord, draft: RollbackDraft, now: number): HistoryEntry[] {
  const { reason, reasserts, reverted } = draft;
  const putBack = reason === 'put-back' ? { pages: true } : undefined;
  const once = reason === 'already-acted' || reason === 'contested' ? reason : undefined;
  const add = once && existing.reason !== once && !existing.history.some(({ kind }) => kind === once);
  return [
    ...holdHistory(existing.history, { reasserts, reverted, putBack }, now),
    ...(add ? [{ kind: once, at: now }] : []),
  ];
}
