import { formatDestination, parseDestination } from '#shared/domain/destination.ts';
import { holdHistory } from '#shared/domain/hold-history.ts';
import { holdMessage } from '#shared/domain/hold-message.ts';
import type { JournalEntry, Writer } from '#shared/domain/journal.ts';
import type { HistoryEntry, RollbackRecord } from '#shared/domain/rollback-record.ts';
import { type Additions, appendHistory, type News } from './append-history.ts';
import { rollbackId } from './digest.ts';
import { inParallel } from './in-parallel.ts';
import type { Held, Records } from './read-holds.ts';
import type { PutBack } from './reassert-hold.ts';
import { endsOf, recordEnded, untoldEnd } from './record-ended.ts';
import type { RecordDeps } from './record-rollbacks.ts';

/** Store calls under way at once. */
const AT_ONCE = 8;
/** Two runs of guard. */
const PATIENCE_MS = 2 * 60_000;

export type HoldsToTell = {
  readonly cluster: string;
  /** As they are now. */
  readonly held: readonly Held[];
  readonly putBack: readonly PutBack[];
  /** As they were read. */
  readonly records: Records;
};

/**
 * Brings the records up to what the journals say of holds: ends, reverts and reasserts, each told once, whoever did it
 * and died before. A rollback that has no record yet is told of by whoever makes it. Throws StoreFault.
 */
export async function tellHolds(
  { cluster, held, putBack, records }: HoldsToTell,
  deps: RecordDeps,
  signal: AbortSignal,
) {
  const added: HistoryEntry[] = [];
  await inParallel(countFirings(held, putBack, cluster), AT_ONCE, async (count) => {
    const seen = records.get(count.id);
    if (!seen || additionsOf(seen, count, deps.clock.now()).news.length === 0) return;
    const news = await appendHistory(count.id, (record) => additionsOf(record, count, deps.clock.now()), deps, signal);
    added.push(...(news ?? []));
  });
  await inParallel(held, AT_ONCE, async ({ name, entries }) => {
    const ended = entries.filter((entry) => isUntold(entry, name, cluster, records));
    const open = entries.filter(({ state }) => state === 'open');
    if (ended.length > 0) await recordEnded({ cluster, virtualService: name, ended, open }, deps, signal);
  });
  return added;
}

function isUntold(entry: JournalEntry, name: string, cluster: string, records: Records): boolean {
  return endsOf(entry, cluster).some(({ id }) => {
    const record = records.get(id);
    return record !== undefined && untoldEnd(record, entry, name) !== undefined;
  });
}

/** What all objects together say of one firing's rollback. */
type Count = {
  readonly id: string;
  readonly reasserts: number;
  readonly reverted: Writer | undefined;
  /** Above zero again where nothing mended it. */
  readonly open: PutBack | undefined;
};

function countFirings(held: readonly Held[], putBack: readonly PutBack[], cluster: string): Count[] {
  const entries = held.flatMap((one) => one.entries.flatMap((entry) => endsOf(entry, cluster)));
  const open = new Map(
    putBack
      .filter(({ outcome }) => outcome !== 'rolled-back')
      .map((one) => [rollbackId({ cluster, canary: keyOf(one.canary), firing: one.firing }), one]),
  );
  return [...Map.groupBy(entries, ({ id }) => id)].map(([id, about]) => {
    const reverted = open.get(id)?.reverted ?? about.map(({ entry }) => entry.reverted).find((one) => one);
    return {
      id,
      reasserts: about.reduce((total, { entry }) => total + entry.reasserts, 0),
      reverted,
      open: open.get(id),
    };
  });
}

function keyOf(canary: string): string {
  return formatDestination(parseDestination(canary));
}

function additionsOf(record: RollbackRecord, { reasserts, reverted, open }: Count, at: number): Additions {
  const contested = open?.reason === 'contested';
  // A person is woken by `contested` itself, and by nobody's mode to only observe.
  const left = open && !isUnderWay(open, at) ? { pages: !contested && open.outcome !== 'observed' } : undefined;
  const entries = holdHistory(record.history, { reasserts, reverted, putBack: left }, at);
  const news = entries.map((entry): News => ({ entry, said: saidOf(entry, record, open) }));
  const told = record.history.some(({ kind }) => kind === 'contested') || record.reason === 'contested';
  if (!contested || told) return { news };
  return {
    news: [
      ...news,
      { entry: { kind: 'contested', at }, said: open && { message: open.message, commands: open.commands } },
    ],
  };
}

/**
 * Many objects may be put back by one sync, and take longer than a run has: the next one mends them. Nothing is waited
 * for where it is not known since when, as nothing would tell when to stop, nor by a clock that is far ahead of ours.
 */
function isUnderWay({ outcome, reverted }: PutBack, now: number): boolean {
  return outcome === 'pending' && reverted?.at !== undefined && Math.abs(now - reverted.at) < PATIENCE_MS;
}

function saidOf(entry: HistoryEntry, record: RollbackRecord, open: PutBack | undefined): News['said'] {
  const message = holdMessage(entry, record);
  if (message === undefined) return undefined;
  return open && entry.kind === 'reverted'
    ? { message: `${message} ${open.message}`, commands: open.commands }
    : { message, commands: [] };
}
