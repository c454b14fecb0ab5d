import type { Command } from './command.ts';
import { isBetter, pages, slaCountOf } from './outcome.ts';
import { pagesFor } from './residual.ts';
import type { HistoryEntry, RecordedSla, RollbackRecord } from './rollback-record.ts';
import { judge, type Timeline } from './timeline.ts';

/** What one delivery found out about one firing and target, before it meets what is known of it. */
export type RollbackDraft = Omit<
  RollbackRecord,
  'version' | 'sla' | 'pages' | 'episode' | 'history' | 'supersededBy' | 'timeline'
> & {
  readonly timeline: Timeline;
  readonly slaMs: number;
  /** The journal's count of reasserts; each one has a place in the record's history. */
  readonly reasserts: number;
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
 * added to the history.
 */
export function mergeRecord(existing: RollbackRecord | undefined, draft: RollbackDraft, now: number): Merged {
  if (!existing) return created(draft, now);
  const improved = isBetter(draft.outcome, existing.outcome) ? improve(existing, draft, now) : existing;
  const news = newHistory(existing, draft, now);
  if (improved === existing && news.length === 0) return { kind: 'keep', record: existing };
  const history = [...improved.history, ...news];
  const told = news.map(
    (entry, index): Told => ({
      kind: 'history',
      index: improved.history.length + index,
      entry,
      ...(entry.kind === draft.reason ? { said: { message: draft.message, commands: draft.commands } } : {}),
    }),
  );
  const record = { ...improved, version: existing.version + 1, history };
  return { kind: 'write', record, told: improved === existing ? told : [...outcomeTold(improved), ...told] };
}

function created(draft: RollbackDraft, now: number): Merged {
  const sla = slaOf(draft, undefined);
  const { slaMs: _, reasserts, ...rest } = draft;
  const history = reassertEntries(0, reasserts, now);
  const record: RollbackRecord = {
    ...rest,
    version: 1,
    timeline: { ...draft.timeline, recordedAt: now },
    sla,
    pages: pagesOf(draft),
    history,
  };
  const told = history.map((entry, index): Told => ({ kind: 'history', index, entry }));
  return { kind: 'write', record, told: [...outcomeTold(record), ...told] };
}

function improve(existing: RollbackRecord, draft: RollbackDraft, now: number): RollbackRecord {
  const { slaMs: _, reasserts: __, ...rest } = draft;
  const from = { outcome: existing.outcome, ...(existing.reason ? { reason: existing.reason } : {}) };
  return {
    ...existing,
    ...rest,
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
}

/** `failed` that became `rolled-back` is judged by its time; one that somebody else mended stays a miss. */
function slaOf(draft: RollbackDraft, existing: RollbackRecord | undefined): RecordedSla {
  const receivedAt = Math.min(draft.timeline.receivedAt, existing?.timeline.receivedAt ?? draft.timeline.receivedAt);
  const { slaMet, ...judged } = judge({ ...draft.timeline, receivedAt }, draft.slaMs);
  const counted = slaCountOf(draft);
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

function pagesOf(draft: RollbackDraft): boolean {
  return pages(draft) || (draft.residual !== 'unknown' && draft.residual.some(pagesFor));
}

function outcomeTold({ outcome, sla }: RollbackRecord): Told[] {
  if (outcome === 'pending') return [];
  return outcome === 'rolled-back' && sla.met === false
    ? [{ kind: 'outcome' }, { kind: 'sla-breached' }]
    : [{ kind: 'outcome' }];
}

function newHistory(existing: RollbackRecord, draft: RollbackDraft, now: number): HistoryEntry[] {
  const known = existing.history.filter(({ kind }) => kind === 'reasserted').length;
  const once = draft.reason === 'already-acted' || draft.reason === 'contested' ? draft.reason : undefined;
  const add = once && existing.reason !== once && !existing.history.some(({ kind }) => kind === once);
  return [...reassertEntries(known, draft.reasserts, now), ...(add ? [{ kind: once, at: now }] : [])];
}

function reassertEntries(known: number, counted: number, now: number): HistoryEntry[] {
  return Array.from({ length: Math.max(0, counted - known) }, (_, index) => ({
    kind: 'reasserted',
    at: now,
    number: known + index + 1,
  }));
}
