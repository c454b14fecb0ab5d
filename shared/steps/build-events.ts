import {
  EVENT_SCHEMA_VERSION,
  EVENT_SOURCE,
  type RollbackData,
  type RollbackEventType,
  type RollbackOutboxEvent,
} from '#shared/contracts/events.ts';
import { holdMessage } from '#shared/domain/hold-message.ts';
import type { Told } from '#shared/domain/merge-record.ts';
import { eventTypeOf } from '#shared/domain/outcome.ts';
import type { HistoryEntry, RollbackRecord } from '#shared/domain/rollback-record.ts';
import { sha256 } from './digest.ts';

/**
 * The event that tells of one change of a record. Its id is made of what it tells, so that whoever finds the same
 * change untold tells it under the same id.
 */
export function buildEvent(record: RollbackRecord, told: Told, now: number): RollbackOutboxEvent | undefined {
  const type = typeOf(record, told);
  if (!type) return undefined;
  const part = told.kind === 'history' ? `history ${told.index}` : `version ${record.version}`;
  const id = sha256(JSON.stringify([record.id, type, part]));
  const more = told.kind === 'history' ? factsOf(told.entry) : {};
  const why = told.kind === 'history' && isReason(told.entry.kind) ? { reason: told.entry.kind } : {};
  const said = told.kind === 'history' ? (told.said ?? saidOf(told.entry, record)) : undefined;
  const words = said ? { message: said.message, commands: [...said.commands] } : {};
  const metadata = {
    id,
    version: EVENT_SCHEMA_VERSION,
    timestamp: iso(now),
    service: EVENT_SOURCE,
    correlationId: record.episode?.id ?? record.id,
  } as const;
  const detail = {
    metadata,
    data: { ...rollbackData(record), ...more, ...why, ...words, ...paging(record, told) },
  };
  return { id, rollbackId: record.id, type, createdAt: now, detail };
}

function typeOf(record: RollbackRecord, told: Told): RollbackEventType | undefined {
  if (told.kind === 'outcome') return eventTypeOf(record.outcome);
  if (told.kind === 'sla-breached') return 'RollbackSlaBreached';
  if (told.entry.kind === 'verified') return endsUnverified(record, told.index) ? 'RollbackVerified' : undefined;
  return EVENT_OF_HISTORY[told.entry.kind];
}

/** An improvement is told by the outcome that it led to. */
const EVENT_OF_HISTORY: Readonly<Record<Exclude<HistoryEntry['kind'], 'verified'>, RollbackEventType | undefined>> = {
  reverted: 'RollbackReverted',
  reasserted: 'RollbackReasserted',
  released: 'HoldReleased',
  restored: 'RollbackRestored',
  unverified: 'RollbackUnverified',
  'already-acted': 'RollbackSuggested',
  contested: 'RollbackSuggested',
  resolved: 'AlertResolved',
  improved: undefined,
  'given-up': undefined,
};

/** Whoever was woken by requests that went on has to hear that they stopped; nobody else has. */
function endsUnverified({ history }: RollbackRecord, index: number): boolean {
  return history.slice(0, index).some(({ kind }) => kind === 'unverified');
}

function saidOf(entry: HistoryEntry, record: RollbackRecord): { message: string; commands: readonly [] } | undefined {
  const message = holdMessage(entry, record);
  return message === undefined ? undefined : { message, commands: [] };
}

/** What an entry of the history tells beside the record. */
function factsOf(entry: HistoryEntry): Readonly<Record<string, string | number>> {
  switch (entry.kind) {
    case 'reverted':
      return {
        revert: entry.number,
        ...(entry.by === undefined ? {} : { revertedBy: entry.by }),
        ...optionalTime('revertedAt', entry.writtenAt),
      };
    case 'reasserted':
      return { reassert: entry.number };
    case 'released':
    case 'restored': {
      const { virtualService, by, why } = entry;
      return { virtualService, ...(by === undefined ? {} : { by }), ...(why === undefined ? {} : { why }) };
    }
    case 'unverified':
      return { requestsPerSecond: entry.requestsPerSecond };
    default:
      return {};
  }
}

function isReason(kind: string): kind is 'already-acted' | 'contested' {
  return kind === 'already-acted' || kind === 'contested';
}

/** History pages by itself: the record's own page has been told. */
function paging(record: RollbackRecord, told: Told): { readonly pages: boolean } {
  return { pages: told.kind === 'history' ? pagesByItself(told.entry) : record.pages || told.kind === 'sla-breached' };
}

function pagesByItself(entry: HistoryEntry): boolean {
  return isReason(entry.kind) || entry.kind === 'unverified' || (entry.kind === 'reverted' && entry.pages);
}

/** The record in the words of the events. */
export function rollbackData(record: RollbackRecord): RollbackData {
  const { alert, timeline } = record;
  return {
    rollbackId: record.id,
    ...(record.episode ? { episodeId: record.episode.id } : {}),
    cluster: record.cluster,
    canary: record.canary,
    virtualServices: [...record.virtualServices],
    outcome: record.outcome,
    ...(record.reason ? { reason: record.reason } : {}),
    message: record.message,
    commands: [...record.commands],
    alert: {
      name: alert.name,
      fingerprint: alert.fingerprint,
      startsAt: iso(timeline.firedAt),
      labels: alert.labels,
      annotations: alert.annotations,
      ...(alert.generatorUrl ? { generatorUrl: alert.generatorUrl } : {}),
    },
    weights: record.weights.map((change) => ({ ...change, before: [...change.before], after: [...change.after] })),
    residual: record.residual === 'unknown' ? 'unknown' : [...record.residual],
    stableReadiness: record.stableReadiness,
    timeline: {
      firedAt: iso(timeline.firedAt),
      receivedAt: iso(timeline.receivedAt),
      ...optionalTime('targetedAt', timeline.targetedAt),
      ...optionalTime('zeroedAt', timeline.zeroedAt),
      ...(timeline.zeroedPrecision ? { zeroedPrecision: timeline.zeroedPrecision } : {}),
      recordedAt: iso(timeline.recordedAt),
      ...optionalTime('notifiedAt', timeline.notifiedAt),
      ...optionalTime('verifiedAt', timeline.verifiedAt),
      ...optionalTime('alertResolvedAt', timeline.alertResolvedAt),
    },
    sla: record.sla,
    ...(record.requestedBy ? { requestedBy: record.requestedBy } : {}),
    pages: record.pages,
  };
}

function optionalTime<K extends string>(key: K, ms: number | undefined): { readonly [P in K]?: string } {
  return ms === undefined ? {} : ({ [key]: iso(ms) } as { readonly [P in K]?: string });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
