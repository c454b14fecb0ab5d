import { readJournal } from '#shared/contracts/journal.ts';
import type { HoldEnd, Journal, JournalEntry } from '#shared/domain/journal.ts';
import type { Edit, PatchOperation } from '#shared/domain/json-patch.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import type { Cluster, ObjectRef, PatchAnswer } from '#shared/ports/cluster.ts';
import { type Budget, withRetries } from './budget.ts';
import { releasePatch } from './release-patch.ts';

/** How some holds of one object are to end. */
export type HoldRelease = {
  /** `closed`: guard, as the hold is over. `released`: by a person. `restored`: a person brings the weights back. */
  readonly state: 'closed' | 'released' | 'restored';
  /** Who and why, where a person does it; the object keeps 128 and 512 characters of them. */
  readonly by?: string | undefined;
  readonly why?: string | undefined;
  /**
   * Which entries of the object as it is now: asked again whenever it had to be read again. Only open entries are asked
   * about, and, for a restore, also those whose hold is over and that were not restored before.
   */
  readonly ends: (entry: JournalEntry, object: VirtualService) => boolean;
  /** What else the same patch changes: a restore's undo. undefined: it does not fit the object, write nothing. */
  readonly edits?: (object: VirtualService, ending: readonly JournalEntry[]) => readonly Edit[] | undefined;
};

/** The one patch of a release, before it is sent: what a dry run shows. */
export type PlannedRelease = {
  readonly operations: readonly PatchOperation[];
  /** The entries that end, as the patch leaves them; with a restore also what else held its canary, as released. */
  readonly ended: readonly JournalEntry[];
  /** The object's entries that still hold a canary then. */
  readonly open: readonly JournalEntry[];
};

export type ReleasePlan =
  | ({ readonly kind: 'planned' } & PlannedRelease)
  /** None of its entries is to end: somebody else was first, or there is no hold. */
  | { readonly kind: 'nothing-held' }
  /** `edits` found that they do not fit: `ending` are the entries as they stand. */
  | { readonly kind: 'does-not-fit'; readonly ending: readonly JournalEntry[] }
  /** Other annotations leave no room for the journal. */
  | { readonly kind: 'no-room' };

export type Released =
  | {
      readonly kind: 'released';
      readonly before: VirtualService;
      readonly object: VirtualService;
      readonly ended: readonly JournalEntry[];
      readonly open: readonly JournalEntry[];
    }
  | (Exclude<ReleasePlan, { kind: 'planned' }> & { readonly object: VirtualService })
  /** There is no such object, or it has opted out (no mode label), so that it is not ours to write. */
  | { readonly kind: 'not-managed' }
  /** What the API server answered: a `conflict` after six tries, or a final refusal. */
  | { readonly kind: 'refused'; readonly answer: Exclude<PatchAnswer, { kind: 'patched' | 'gone' }> };

/** As often as a rollback reads again against other writers. */
const MAX_TRIES = 6;
const FIRST_PAUSE_MS = 10;
const MAX_BY_CHARS = 128;
const MAX_WHY_CHARS = 512;

/**
 * Ends holds of one object in one patch under the version that was read: state and `ended` of their entries, whatever the
 * release edits, and, with the last open entry, the label `weightless/held`, and Flux's annotation where we had set it.
 * The journal stays: it keeps the firings from acting again. Of two at once one patches, and the other finds nothing held.
 * `known` saves the first reading. Throws ClusterFault.
 */
export async function releaseHold(
  ref: ObjectRef,
  release: HoldRelease,
  { cluster, budget, known }: { readonly cluster: Cluster; readonly budget: Budget; readonly known?: VirtualService },
): Promise<Released> {
  let object = known;
  const sent: Sent[] = [];
  for (let tries = 1; ; tries += 1) {
    if (tries > 2) await standBack(tries, budget);
    object ??= await withRetries(budget, () => cluster.virtualServices.get(ref, budget.signal));
    if (!object || !Object.hasOwn(object.metadata.labels, MARK.mode)) return { kind: 'not-managed' };
    const end = await tryOnce(object, release, cluster, budget, sent);
    if (!isStale(end) || tries >= MAX_TRIES) return end;
    object = undefined;
  }
}

/** A patch that was sent. Its answer may be lost: what is sent again then meets its own version. */
type Sent = { readonly before: VirtualService; readonly ended: readonly JournalEntry[] };

/** One of our patches was taken after all: the journal has its end, with its time to the millisecond and who and why. */
function doneBy(sent: readonly Sent[], object: VirtualService): Released | undefined {
  if (sent.length === 0) return undefined;
  const { entries } = readJournal(object);
  const isThere = (ours: JournalEntry) =>
    entries.some(({ id, state, ended }) => id === ours.id && state === ours.state && isSameEnd(ended, ours.ended));
  const done = sent.find(({ ended }) => ended.every(isThere));
  const open = entries.filter(({ state }) => state === 'open');
  return done && { kind: 'released', before: done.before, object, ended: done.ended, open };
}

function isSameEnd(a: HoldEnd | undefined, b: HoldEnd | undefined): boolean {
  return a?.at === b?.at && a?.by === b?.by && a?.why === b?.why;
}

/** The object is another than the one that was read. */
function isStale(end: Released): boolean {
  return end.kind === 'refused' && (end.answer.kind === 'conflict' || end.answer.kind === 'bad-path');
}

async function tryOnce(
  before: VirtualService,
  release: HoldRelease,
  cluster: Cluster,
  budget: Budget,
  sent: Sent[],
): Promise<Released> {
  const done = doneBy(sent, before);
  if (done) return done;
  const planned = planRelease(before, release, budget.clock.now());
  if (planned.kind !== 'planned') return { ...planned, object: before };
  const { operations, ended, open } = planned;
  sent.push({ before, ended });
  const answer = await withRetries(budget, () =>
    cluster.virtualServices.patch(before.metadata, operations, budget.signal),
  );
  if (answer.kind === 'patched') return { kind: 'released', before, object: answer.object, ended, open };
  return answer.kind === 'gone' ? { kind: 'not-managed' } : { kind: 'refused', answer };
}

async function standBack(tries: number, { clock, signal }: Budget): Promise<void> {
  await clock.sleep(Math.random() * FIRST_PAUSE_MS * 2 ** tries, signal).catch(() => undefined);
}

/** The patch of a release on the object as it stands. Pure, but for the time, epoch ms, that it is given. */
export function planRelease(object: VirtualService, release: HoldRelease, now: number): ReleasePlan {
  const journal = readJournal(object, now);
  const ending = journal.entries.filter((entry) => mayEnd(entry, release.state) && release.ends(entry, object));
  if (ending.length === 0) return { kind: 'nothing-held' };
  const edits = release.edits ? release.edits(object, ending) : [];
  if (!edits) return { kind: 'does-not-fit', ending };
  const end = endOf(release, now);
  const freed = release.state === 'restored' ? alsoHeld(journal, ending) : [];
  const all = [...ending, ...freed];
  const entries = passOnFlux(journal, all).map((entry, index) => {
    const before = journal.entries[index];
    if (!before || !all.includes(before)) return entry;
    return { ...entry, state: freed.includes(before) ? ('released' as const) : release.state, ended: end };
  });
  const operations = releasePatch(
    object,
    edits,
    entries,
    all.some(({ flux }) => flux),
  );
  if (!operations) return { kind: 'no-room' };
  return {
    kind: 'planned',
    operations,
    ended: entries.filter(({ ended }) => ended === end),
    open: entries.filter(({ state }) => state === 'open'),
  };
}

/** What else holds a canary that is restored would take it to zero again within the minute: it is released. */
function alsoHeld({ entries }: Journal, ending: readonly JournalEntry[]): JournalEntry[] {
  const isSame = (a: JournalEntry, b: JournalEntry) =>
    a.canary === undefined || b.canary === undefined || a.canary === b.canary;
  return entries.filter(
    (entry) => entry.state === 'open' && !ending.includes(entry) && ending.some((one) => isSame(one, entry)),
  );
}

function endOf({ by, why }: HoldRelease, at: number): HoldEnd {
  return {
    at,
    ...(by === undefined ? {} : { by: by.slice(0, MAX_BY_CHARS) }),
    ...(why === undefined ? {} : { why: why.slice(0, MAX_WHY_CHARS) }),
  };
}

function mayEnd({ state }: JournalEntry, to: HoldRelease['state']): boolean {
  return state === 'open' || (to === 'restored' && state !== 'restored');
}

/** Flux is told to leave the object alone while any entry is open, whichever of them told it so. */
function passOnFlux({ entries }: Journal, ending: readonly JournalEntry[]): JournalEntry[] {
  const owed = ending.some(({ flux }) => flux);
  const heir = owed ? entries.find((entry) => entry.state === 'open' && !ending.includes(entry)) : undefined;
  return entries.map((entry) => {
    if (ending.includes(entry)) return { ...entry, flux: undefined };
    return entry === heir ? { ...entry, flux: true } : entry;
  });
}
