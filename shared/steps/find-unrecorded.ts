import { itemProblems } from '#shared/contracts/items.ts';
import { readJournal } from '#shared/contracts/journal.ts';
import { type JournaledFiring, journaledFirings } from '#shared/domain/journaled-firing.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { nameOf, type VirtualService } from '#shared/domain/virtual-service.ts';
import type { Cluster, Listed } from '#shared/ports/cluster.ts';
import { type RollbackLog, StoreFault } from '#shared/ports/rollback-log.ts';
import type { Budget } from './budget.ts';
import { rollbackId } from './digest.ts';
import { listManaged } from './list-managed.ts';

/** A delivery is over after 15 s, and its record is written in it or never. */
const SETTLED_AFTER_MS = 60_000;
/** An older entry had its record long ago, or its minute's guard was away for a day. */
const LOOK_BACK_MS = 24 * 3_600_000;

/** A firing that a journal names, and whose record does not tell of the rollback. */
export type Unrecorded = JournaledFiring & { readonly id: string };

export type JournalSearch = {
  readonly objects: number;
  readonly unrecorded: readonly Unrecorded[];
  /** An outage, after which no more was read, or records that another version has written: they stay as they are. */
  readonly storeFaults: readonly StoreFault[];
  /** Objects whose journal holds a canary, or did in the last day. */
  readonly held: readonly VirtualService[];
  /** Namespaces whose journals we may not read. */
  readonly forbidden: readonly string[];
};

/** Reads the journals of a cluster, and, page after page, the records of what they name. Throws ClusterFault. */
export async function findUnrecorded(
  cluster: Cluster,
  log: RollbackLog,
  budget: Budget,
  signal: AbortSignal,
): Promise<JournalSearch> {
  const search = emptySearch();
  for await (const page of listManaged(cluster, budget)) {
    const fresh = readPage(search, page, cluster.name, budget.clock.now());
    if (!search.storeIsAway) await addUnrecorded(search, fresh, log, signal);
  }
  const { objects, unrecorded, storeFaults, forbidden } = search;
  const held = [...objects.values()].filter((object) => object !== undefined);
  return { objects: objects.size, unrecorded, storeFaults, held, forbidden: [...forbidden] };
}

type Search = {
  readonly named: Set<string>;
  readonly unrecorded: Unrecorded[];
  /** By name; only those that may hold a canary are kept. */
  readonly objects: Map<string, VirtualService | undefined>;
  readonly forbidden: Set<string>;
  readonly storeFaults: StoreFault[];
  storeIsAway: boolean;
};

function emptySearch(): Search {
  return {
    named: new Set(),
    unrecorded: [],
    objects: new Map(),
    forbidden: new Set(),
    storeFaults: [],
    storeIsAway: false,
  };
}

/** Answers the firings that its journals name, and that no page named before. */
function readPage(search: Search, page: Listed<VirtualService>, cluster: string, now: number): Unrecorded[] {
  for (const namespace of page.forbidden) search.forbidden.add(namespace);
  for (const object of page.objects) search.objects.set(nameOf(object), mayHold(object, now) ? object : undefined);
  const firings = page.objects.flatMap((object) => settledFirings(object, cluster, now));
  const fresh = new Map(firings.filter(({ id }) => !search.named.has(id)).map((one) => [one.id, one]));
  for (const id of fresh.keys()) search.named.add(id);
  return [...fresh.values()];
}

/** What is held must be seen, also where the store is away. */
async function addUnrecorded(
  search: Search,
  fresh: readonly Unrecorded[],
  log: RollbackLog,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { unrecorded, unreadable } = await withoutRecord(fresh, log, signal);
    search.unrecorded.push(...unrecorded);
    search.storeFaults.push(...unreadable);
  } catch (fault) {
    if (!(fault instanceof StoreFault)) throw fault;
    search.storeFaults.push(fault);
    search.storeIsAway = true;
  }
}

/** Also one whose hold ended lately: whoever ended it may have died before he told. */
function mayHold(object: VirtualService, now: number): boolean {
  return readJournal(object, now).entries.some(({ state, ended }) =>
    state === 'open' ? true : ended !== undefined && ended.at > now - LOOK_BACK_MS,
  );
}

type Looked = { readonly unrecorded: readonly Unrecorded[]; readonly unreadable: readonly StoreFault[] };

/** A record that cannot be read fails the reading of all: it is looked for by halves, so that it hides none of the others. */
async function withoutRecord(named: readonly Unrecorded[], log: RollbackLog, signal: AbortSignal): Promise<Looked> {
  if (named.length === 0) return { unrecorded: [], unreadable: [] };
  try {
    const ids = named.map(({ id }) => id);
    const { rollbacks } = await log.read(ids, undefined, signal);
    return { unrecorded: named.filter(({ id }) => isImprovable(rollbacks.get(id))), unreadable: [] };
  } catch (fault) {
    if (!(fault instanceof StoreFault && itemProblems(fault.cause) !== undefined)) throw fault;
    if (named.length === 1) return { unrecorded: [], unreadable: [fault] };
  }
  const half = Math.ceil(named.length / 2);
  const first = await withoutRecord(named.slice(0, half), log, signal);
  const second = await withoutRecord(named.slice(half), log, signal);
  return {
    unrecorded: [...first.unrecorded, ...second.unrecorded],
    unreadable: [...first.unreadable, ...second.unreadable],
  };
}

/** What the object's journal says of deliveries that are over, under the id that they give it. */
export function settledFirings(object: VirtualService, cluster: string, now: number): Unrecorded[] {
  const sent = { after: now - LOOK_BACK_MS, before: now - SETTLED_AFTER_MS };
  return journaledFirings(readJournal(object), sent).map((one) => ({ ...one, id: rollbackId({ cluster, ...one }) }));
}

function isImprovable(record: RollbackRecord | undefined): boolean {
  return !record || record.outcome === 'pending' || record.outcome === 'failed';
}
