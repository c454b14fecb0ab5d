import { type Alert, firingOf } from '#shared/domain/alert.ts';
import { type DestinationKey, distinctDestinations, sameDestination } from '#shared/domain/destination.ts';
import { findCanary } from '#shared/domain/find-canary.ts';
import { aboutCanary, entryFor } from '#shared/domain/journal.ts';
import type { Managed } from '#shared/domain/managed.ts';
import type { Mode } from '#shared/domain/mode.ts';
import type { Claim, Member, Target } from '#shared/domain/target.ts';
import type { ClusterView } from './cluster-view.ts';
import { evaluateMember } from './evaluate-member.ts';
import { journaledWeights, journaledZero } from './journaled.ts';
import type { MemberResult, MemberVerdict } from './member-result.ts';
import { ruleNamespaces } from './resolve-target.ts';
import { seeOverlaps } from './see-overlaps.ts';
import { stopped } from './settle-patch.ts';
import { summarize } from './summarize-members.ts';
import { residualAfter, type TargetResult } from './zero-target.ts';

export type JournalProof = {
  readonly canary: DestinationKey;
  /** Every object that routes to the canary, or whose journal names it. */
  readonly about: readonly Managed[];
  /** Known by their firing alone: a journal has no labels. */
  readonly alerts: readonly Alert[];
  /** When the first of the patches was sent. */
  readonly sentAt: number;
};

/**
 * What journals prove of a target. An entry that names the firing proves that the canary was at zero in its object then,
 * whatever has become of it; a member without one is evaluated as it stands, as a delivery would, but nothing is sent: no
 * alert is at hand that says it still should. So a rollback is one only where every member was, or is, at zero.
 */
export async function proveByJournal(
  { canary, about, alerts, sentAt }: JournalProof,
  view: ClusterView,
  mode: Mode,
  now: number,
): Promise<TargetResult> {
  const target = await targetOf(canary, about, alerts, view);
  const claims = alerts.map((alert): Claim => ({ alert, weak: false, side: 'unknown' }));
  const members = target.members.map((member) => proveMember(member, { target, claims, view, mode, now }));
  const verdicts = new Map(
    alerts.map((alert) => [firingOf(alert), summarize(members, firingOf(alert), target)] as const),
  );
  const residual = await residualAfter({ view, target }, verdicts, members);
  return { target, verdicts, members, targetedAt: sentAt, residual, stableReadiness: 'not-asked' };
}

/** The target as a delivery assembles it, as far as the cluster alone tells its sides. */
export async function targetOf(
  canary: DestinationKey,
  about: readonly Managed[],
  alerts: readonly Alert[],
  view: ClusterView,
): Promise<Target> {
  const [rules, rollouts] = await Promise.all([view.rules(ruleNamespaces(about)), view.rollouts()]);
  const alert = alerts[0];
  const declared = about.map((managed) => {
    const answer = alert && findCanary({ alert, managed, rules, rollouts });
    return answer?.kind === 'found' && sameDestination(answer.canary, canary) ? answer.stable : undefined;
  });
  const stable = declared.find((one) => one !== undefined);
  const destinations = distinctDestinations([...about.flatMap((one) => one.destinations), ...(stable ? [stable] : [])]);
  return {
    cluster: view.cluster.name,
    canary,
    members: about.map((managed, index) => ({ managed, stable: declared[index] ?? stable })),
    rules: await seeOverlaps(rules, canary, destinations, view),
  };
}

type Question = {
  readonly target: Target;
  readonly claims: readonly Claim[];
  readonly view: ClusterView;
  readonly mode: Mode;
  readonly now: number;
};

function proveMember({ managed, stable }: Member, { target, claims, view, mode, now }: Question): MemberResult {
  const { canary, rules } = target;
  const about = aboutCanary(view.journal(managed), canary);
  const entries = claims.flatMap(({ alert }) => {
    const entry = entryFor(about, firingOf(alert));
    return entry ? [{ firing: firingOf(alert), entry }] : [];
  });
  const rest = claims.filter(({ alert }) => !entries.some(({ firing }) => firing === firingOf(alert)));
  const { context } = view.cluster;
  const evaluation = evaluateMember({ managed, canary, stable, rules, claims: rest, mode, now, context });
  const result =
    evaluation.kind === 'settled' ? evaluation.result : stopped(evaluation, 'out-of-time', unreached(managed));
  const proven = entries.map(({ firing, entry }): [string, MemberVerdict] => {
    const at = journaledZero(managed.object, entry);
    const message = `${managed.name}: at zero since ${new Date(at).toISOString()}, by its journal; the delivery that did it left no record.`;
    const zeroed = { at, precision: 'journal' as const, receivedAt: entry.receivedAt };
    return [firing, { outcome: 'rolled-back', message, zeroed, entry }];
  });
  const newest = entries[0]?.entry;
  return {
    ...result,
    verdicts: new Map([...result.verdicts, ...proven]),
    weights: newest ? journaledWeights(managed.object, newest) : result.weights,
  };
}

function unreached({ name }: Managed): string {
  return `${name}: the canary gets traffic here. The delivery that began to roll it back ended before it wrote this VirtualService, and left no record.`;
}
