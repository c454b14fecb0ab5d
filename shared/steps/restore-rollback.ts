import { readJournal } from '#shared/contracts/journal.ts';
import { firingOf } from '#shared/domain/alert.ts';
import { parseDestination } from '#shared/domain/destination.ts';
import { aboutCanary, JOURNAL_MAX_ALERTS, type JournalEntry } from '#shared/domain/journal.ts';
import type { PatchOperation } from '#shared/domain/json-patch.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { Requester, RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import type { WeightChange } from '#shared/domain/weight-change.ts';
import type { Cluster, ObjectRef } from '#shared/ports/cluster.ts';
import { type Budget, withRetries } from './budget.ts';
import { alertOf } from './draft-of-record.ts';
import { planUndo, type UndoQuestion } from './plan-undo.ts';
import { type HoldRelease, planRelease, type Released, releaseHold } from './release-hold.ts';
import { deniedProblem, type RestoreProblem, restoreProblem } from './restore-words.ts';

export type RestoreParts = {
  readonly record: RollbackRecord;
  readonly requester: Requester;
  readonly force: boolean;
  readonly cluster: Cluster;
  readonly budget: Budget;
};

/** One VirtualService of the rollback, as a restore finds it. */
type Member =
  | {
      readonly kind: 'restorable';
      readonly name: string;
      readonly object: VirtualService;
      readonly operations: readonly PatchOperation[];
      readonly weights: readonly WeightChange[];
    }
  /** Somebody was here before: the entries that say so. */
  | { readonly kind: 'restored'; readonly name: string; readonly ended: readonly JournalEntry[] }
  | { readonly kind: 'blocked'; readonly problem: RestoreProblem };

export type RestorePlan =
  | { readonly kind: 'blocked'; readonly problems: readonly RestoreProblem[] }
  | {
      readonly kind: 'ready';
      readonly restorable: readonly Extract<Member, { kind: 'restorable' }>[];
      readonly restored: readonly Extract<Member, { kind: 'restored' }>[];
    };

/** What a restore would do. All or nothing: where one VirtualService cannot be restored, none is. Throws ClusterFault. */
export async function planRestore(parts: RestoreParts): Promise<RestorePlan> {
  const members = await Promise.all(parts.record.virtualServices.map((name) => planMember(name, parts)));
  const restorable = members.filter((member) => member.kind === 'restorable');
  const restored = members.filter((member) => member.kind === 'restored');
  const problems = members.flatMap((member) => (member.kind === 'blocked' ? [member.problem] : []));
  // A member that was at zero before, or whose object is gone, has nothing to be undone.
  const inTheWay = problems.filter(({ problem }) => problem !== 'nothing-to-undo');
  if (inTheWay.length > 0 || restorable.length + restored.length === 0) return { kind: 'blocked', problems };
  return { kind: 'ready', restorable, restored };
}

async function planMember(name: string, parts: RestoreParts): Promise<Member> {
  const { cluster, budget, record } = parts;
  const blocked = (
    ...words: Parameters<typeof restoreProblem> extends [string, ...infer Rest] ? Rest : never
  ): Member => ({
    kind: 'blocked',
    problem: restoreProblem(name, ...words),
  });
  const object = await withRetries(budget, () => cluster.virtualServices.get(refOf(name), budget.signal));
  if (!object || !Object.hasOwn(object.metadata.labels, MARK.mode)) return blocked('not-managed', cluster);
  const entries = entriesOf(record, object, budget.clock.now());
  const entry = entries.find(({ state }) => state !== 'restored');
  if (!entry && entries.length > 0) return { kind: 'restored', name, ended: entries };
  if (!entry) return blocked('nothing-to-undo', cluster);
  const undo = planUndo(undoOf(object, entry, parts));
  if (undo.kind !== 'edits') return blocked(undo.kind, cluster, 'difference' in undo ? undo.difference : undefined);
  const planned = planRelease(object, releaseOf(parts), budget.clock.now());
  if (planned.kind !== 'planned') return blocked('no-room', cluster);
  return { kind: 'restorable', name, object, operations: planned.operations, weights: undo.weights };
}

export type Restored = {
  readonly done: readonly { readonly name: string; readonly released: Extract<Released, { kind: 'released' }> }[];
  readonly problems: readonly RestoreProblem[];
};

/** Brings back what the rollback changed, and ends its holds, in one patch each. Throws ClusterFault. */
export async function restoreRollback(
  restorable: Extract<RestorePlan, { kind: 'ready' }>['restorable'],
  parts: RestoreParts,
): Promise<Restored> {
  const { cluster, budget } = parts;
  const ends = await Promise.all(
    restorable.map(async ({ name, object }) => ({
      name,
      end: await releaseHold(refOf(name), releaseOf(parts), { cluster, budget, known: object }),
    })),
  );
  return {
    done: ends.flatMap(({ name, end }) => (end.kind === 'released' ? [{ name, released: end }] : [])),
    problems: ends.flatMap(({ name, end }) => problemOf(name, end, parts)),
  };
}

/** What has become of the object since it was looked at. */
function problemOf(name: string, end: Released, parts: RestoreParts): RestoreProblem[] {
  const { cluster } = parts;
  switch (end.kind) {
    case 'released':
    // Somebody else has restored it, in the same moment.
    case 'nothing-held':
      return [];
    case 'does-not-fit': {
      const [entry] = end.ending;
      const undo = entry && planUndo(undoOf(end.object, entry, parts));
      if (!undo || undo.kind === 'edits') return [restoreProblem(name, 'conflict', cluster)];
      return [restoreProblem(name, undo.kind, cluster, 'difference' in undo ? undo.difference : undefined)];
    }
    case 'not-managed':
    case 'no-room':
      return [restoreProblem(name, end.kind, cluster)];
    case 'refused':
      return 'message' in end.answer
        ? [deniedProblem(name, end.answer, cluster)]
        : [restoreProblem(name, 'conflict', cluster)];
  }
}

function releaseOf(parts: RestoreParts): HoldRelease {
  const { record, requester } = parts;
  return {
    state: 'restored',
    by: requester.name,
    why: requester.reason,
    ends: (entry, object) =>
      entriesOf(record, object).some(({ id, sentAt }) => id === entry.id && sentAt === entry.sentAt),
    edits(object, [entry]) {
      const undo = entry && planUndo(undoOf(object, entry, parts));
      return undo?.kind === 'edits' ? undo.edits : undefined;
    },
  };
}

function undoOf(object: VirtualService, entry: JournalEntry, { record, force }: RestoreParts): UndoQuestion {
  return { object, entry, canary: parseDestination(record.canary), changes: record.weights, force };
}

/**
 * The entries of an object that tell of the record's rollback: the one that names its firing, or, where an entry is full,
 * the one whose patch came after it.
 */
function entriesOf(record: RollbackRecord, object: VirtualService, now?: number): JournalEntry[] {
  const { entries } = aboutCanary(readJournal(object, now), parseDestination(record.canary));
  const alert = alertOf(record);
  const firing = firingOf(alert);
  const named = entries.filter(({ alerts }) => alerts.includes(firing));
  if (named.length > 0) return named.slice(0, 1);
  const zeroedAt = record.timeline.zeroedAt ?? 0;
  return entries
    .filter(
      ({ alerts, sentAt }) => alerts.length >= JOURNAL_MAX_ALERTS && sentAt >= alert.startsAt && sentAt <= zeroedAt,
    )
    .slice(0, 1);
}

function refOf(virtualService: string): ObjectRef {
  const [namespace = '', name = ''] = virtualService.split('/');
  return { namespace, name };
}
