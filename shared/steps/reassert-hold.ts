import type { Alert } from '#shared/domain/alert.ts';
import type { Command } from '#shared/domain/command.ts';
import { formatDestination, parseDestination } from '#shared/domain/destination.ts';
import { isOpen, type JournalEntry, type Writer } from '#shared/domain/journal.ts';
import { parseFiring } from '#shared/domain/journaled-firing.ts';
import { lastWriter } from '#shared/domain/last-writer.ts';
import { readMarks } from '#shared/domain/marks.ts';
import type { Outcome, Reason } from '#shared/domain/outcome.ts';
import { isAtZero } from '#shared/domain/plan.ts';
import type { Claim } from '#shared/domain/target.ts';
import type { Budget } from './budget.ts';
import type { ClusterView } from './cluster-view.ts';
import { rollbackId } from './digest.ts';
import { alertOf } from './draft-of-record.ts';
import type { MemberVerdict } from './member-result.ts';
import { targetOf } from './prove-by-journal.ts';
import type { Held, Records } from './read-holds.ts';
import type { RollbackPolicy } from './roll-back-alerts.ts';
import { stableReadiness } from './stable-readiness.ts';
import { zeroMember } from './zero-member.ts';

/** What became of one canary that was put back, for one firing that holds it at zero. */
export type PutBack = {
  readonly virtualService: string;
  readonly canary: string;
  readonly firing: string;
  /** `rolled-back`: zero again, and `entry` counts it. Else it stays above zero. */
  readonly outcome: Outcome;
  readonly reason?: Reason | undefined;
  readonly message: string;
  readonly commands: readonly Command[];
  readonly reverted?: Writer | undefined;
  readonly entry?: JournalEntry | undefined;
};

export type ReassertDeps = {
  readonly cluster: string;
  readonly records: Records | undefined;
  readonly view: ClusterView;
  readonly policy: RollbackPolicy;
  readonly budget: Budget;
  readonly onConflict: () => void;
};

/** The canaries of an object that are held at zero, and are not. What only the surroundings tell is not asked yet. */
export function canariesPutBack({ object, entries }: Held, holds: (entry: JournalEntry) => boolean): string[] {
  const held = entries.filter(holds).flatMap(({ canary }) => canary ?? []);
  const { darkLaunch } = readMarks(object);
  return [...new Set(held)].filter((canary) => {
    const key = parseDestination(canary);
    return formatDestination(key) === canary && !isAtZero({ object, canary: key, darkLaunch, rules: [] });
  });
}

/**
 * Takes one canary of one object to zero again, by the steps of a delivery, for the firings that hold it there. Throws
 * ClusterFault where the surroundings cannot be read; what the cluster did not let us do is in the answer.
 */
export async function reassertHold(held: Held, canary: string, deps: ReassertDeps): Promise<PutBack[]> {
  const { view, policy, budget, onConflict } = deps;
  const now = budget.clock.now();
  const managed = view.managed.find(({ name }) => name === held.name);
  const alerts = alertsOf(held, canary, now, deps);
  if (!managed || alerts.length === 0) return [];
  const target = await targetOf(parseDestination(canary), [managed], alerts, view);
  const [member] = target.members;
  if (!member) return [];
  const claims = alerts.map((alert): Claim => ({ alert, weak: false, side: 'unknown' }));
  const stableNotReady = async () =>
    member.stable !== undefined && (await stableReadiness(member.stable, target.rules, view)) === 'not-ready';
  const context = { target, member, claims, view, budget, receivedAt: now, onConflict, stableNotReady, ...policy };
  const result = await zeroMember({ ...context, onlyHeld: true });
  if (!result) return [];
  const shared = { virtualService: held.name, canary, commands: result.commands, reverted: lastWriter(managed.object) };
  return [...result.verdicts].flatMap(([firing, verdict]) =>
    isNews(verdict) ? [{ ...shared, firing, ...verdict }] : [],
  );
}

/** With the labels where a record has them: they may tell which side is stable. */
function alertsOf({ entries }: Held, canary: string, now: number, { cluster, records }: ReassertDeps): Alert[] {
  const holding = entries.filter((entry) => entry.canary === canary && isOpen(entry, now));
  return [...new Set(holding.flatMap(({ alerts }) => alerts))].flatMap((firing) => {
    const record = records?.get(rollbackId({ cluster, canary, firing }));
    const parsed = parseFiring(firing);
    if (record) return [alertOf(record)];
    return parsed ? [{ status: 'firing' as const, labels: {}, annotations: {}, ...parsed }] : [];
  });
}

/** Nothing where somebody took it to zero, or the hold ended, since it was read. */
function isNews({ outcome, reason, reasserted }: MemberVerdict): boolean {
  if (outcome === 'rolled-back') return reasserted === true;
  return outcome !== 'already-zero' && reason !== 'already-acted';
}
