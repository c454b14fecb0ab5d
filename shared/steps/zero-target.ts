import { firingOf } from '#shared/domain/alert.ts';
import { showCommand } from '#shared/domain/commands-for.ts';
import { formatDestination } from '#shared/domain/destination.ts';
import type { OnRevert } from '#shared/domain/marks.ts';
import { type Mode, modeOf } from '#shared/domain/mode.ts';
import { type Reason, verdictOf } from '#shared/domain/outcome.ts';
import { isAtZero } from '#shared/domain/plan.ts';
import type { Residual } from '#shared/domain/residual.ts';
import type { Claim, Target } from '#shared/domain/target.ts';
import { unmanagedExposure } from '#shared/domain/unmanaged-exposure.ts';
import { type Budget, remainingMs } from './budget.ts';
import type { ClusterView } from './cluster-view.ts';
import type { MemberResult } from './member-result.ts';
import { type StableReadiness, stableReadiness } from './stable-readiness.ts';
import { summarize, type TargetVerdict } from './summarize-members.ts';
import { managed as managedBy } from './unresolved.ts';
import { zeroMember } from './zero-member.ts';

export type TargetContext = {
  readonly target: Target;
  readonly claims: readonly Claim[];
  readonly view: ClusterView;
  readonly budget: Budget;
  readonly receivedAt: number;
  readonly mode: Mode;
  readonly holdMs: number;
  readonly onRevert?: OnRevert | undefined;
  readonly onConflict: () => void;
  /** The API server judges the patch and keeps nothing: then the words say what would be. */
  readonly dryRun?: boolean | undefined;
};

/** What one target came to: a verdict for each firing, and what they share. */
export type TargetResult = {
  readonly target: Target;
  readonly verdicts: ReadonlyMap<string, TargetVerdict>;
  readonly members: readonly MemberResult[];
  readonly targetedAt: number;
  readonly residual: readonly Residual[] | 'unknown';
  readonly stableReadiness: StableReadiness;
};

/** Takes the canary to zero in every member at the same time: all are tried, whatever one of them says. */
export async function zeroTarget(context: TargetContext): Promise<TargetResult> {
  const { target, claims, view, budget, mode } = context;
  const targetedAt = budget.clock.now();
  const early = new Map(claims.flatMap((claim) => earlyVerdict(claim, context)));
  const acting = claims.filter(({ alert }) => !early.has(firingOf(alert)));
  let readiness: StableReadiness = 'not-asked';
  const asked = memoize(async () => {
    const { stable } = target.members.find((member) => member.stable) ?? {};
    readiness = stable ? await stableReadiness(stable, target.rules, view) : 'unknown';
    return readiness === 'not-ready';
  });
  const results =
    acting.length === 0
      ? []
      : await Promise.all(
          target.members.map((member) =>
            zeroMember({ ...context, claims: acting, member, mode, stableNotReady: asked }),
          ),
        );
  const members = results.filter((result) => result !== undefined);
  const late = acting.map(({ alert }): [string, TargetVerdict] => [
    firingOf(alert),
    summarize(members, firingOf(alert), target),
  ]);
  const verdicts = new Map([...early, ...late]);
  return {
    target,
    verdicts,
    members,
    targetedAt,
    residual: await residualAfter(context, verdicts, members),
    stableReadiness: readiness,
  };
}

/** Verdicts that no member can change: the alert is not about the canary, or a controller owns the weights. */
function earlyVerdict(claim: Claim, context: TargetContext): [string, TargetVerdict][] {
  const { target, view, budget } = context;
  const firing = firingOf(claim.alert);
  const canary = formatDestination(target.canary);
  const shows = target.members.map(({ managed }) => showCommand(managed, view.cluster.context));
  const verdict = (
    reason: Reason,
    message: string,
    commands: TargetVerdict['commands'] = [],
  ): [string, TargetVerdict][] => [
    [firing, { ...verdictOf(observing(context) ? 'mode-observe' : reason), message, commands }],
  ];
  if (remainingMs(budget) <= 0)
    return verdict('out-of-time', `The time for this delivery was over before the turn of ${canary}.`);
  if (claim.side === 'stable') {
    return verdict(
      'stable-is-breaching',
      `The alert is about the stable side of ${canary}: a rollback would send more users there.`,
      shows,
    );
  }
  if (claim.side === 'other')
    return verdict('other-version', `The alert is about neither ${canary} nor its stable side.`, shows);
  if (target.managedBy && !everyMemberAtZero(target)) {
    const { reason, message, commands } = managedBy(target.managedBy, [], view.cluster);
    return verdict(reason, message, commands);
  }
  return [];
}

function observing({ target, mode }: TargetContext): boolean {
  return target.members.length > 0 && target.members.every(({ managed }) => modeOf(managed.object, mode) === 'observe');
}

function everyMemberAtZero({ members, canary, rules }: Target): boolean {
  return members.every(({ managed, stable }) =>
    isAtZero({ object: managed.object, canary, stable, darkLaunch: managed.marks.darkLaunch, rules }),
  );
}

/** Asked after the canary is at zero, so that it costs the rollback nothing. */
export async function residualAfter(
  { view, target }: Pick<TargetContext, 'view' | 'target'>,
  verdicts: ReadonlyMap<string, TargetVerdict>,
  members: readonly MemberResult[],
): Promise<TargetResult['residual']> {
  const own = members.flatMap(({ residual }) => residual);
  const atZero = [...verdicts.values()].some(({ outcome }) => outcome === 'rolled-back' || outcome === 'already-zero');
  if (!atZero) return own;
  const everything = await view.everything();
  return everything === 'unknown' ? 'unknown' : [...own, ...unmanagedExposure(everything, target.canary)];
}

function memoize<T>(ask: () => Promise<T>): () => Promise<T> {
  let asking: Promise<T> | undefined;
  return () => {
    asking ??= ask();
    return asking;
  };
}
