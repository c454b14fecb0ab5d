import { type Alert, directive, firingOf } from '#shared/domain/alert.ts';
import { breachingSide } from '#shared/domain/breaching-side.ts';
import { repointedCanaries } from '#shared/domain/canary-by-journal.ts';
import { type CanaryAnswer, candidatesOf } from '#shared/domain/canary-question.ts';
import {
  type DestinationKey,
  distinctDestinations,
  sameDestination,
  serviceOfHost,
} from '#shared/domain/destination.ts';
import { findCanary } from '#shared/domain/find-canary.ts';
import { findVirtualServices } from '#shared/domain/find-virtual-services.ts';
import { type Managed, readManaged } from '#shared/domain/managed.ts';
import { type Mode, modeOf } from '#shared/domain/mode.ts';
import { ownerOf } from '#shared/domain/owner-of.ts';
import { holdsCanary } from '#shared/domain/plan.ts';
import type { DestinationRule, Rollout } from '#shared/domain/surroundings.ts';
import type { Resolved, Target, Unresolved } from '#shared/domain/target.ts';
import type { ClusterView } from './cluster-view.ts';
import { seeOverlaps } from './see-overlaps.ts';
import * as unresolved from './unresolved.ts';

/** An alert label or annotation by which a rule's author asks for a rollback also where the identity is weak. */
const ACTION_DIRECTIVE = 'weightless_action';

/**
 * From an alert to the canaries that it is about. Throws ClusterFault only where a VirtualService could not be read:
 * what an optional read does not know is left out.
 */
export async function resolveTarget(
  alert: Alert,
  view: ClusterView,
  mode: Mode,
  now: number,
): Promise<Resolved | Unresolved> {
  const lost = (managed: Managed) => repointedCanaries(managed, view.journal(managed), firingOf(alert), now);
  const found = findVirtualServices(alert, view.managed, (managed) => lost(managed).all);
  if (found.kind === 'invalid-target') return unresolved.invalidTarget(found);
  const nothing = (said: Unresolved) => (view.forbidden.length > 0 ? unresolved.notAllSeen(said, view) : said);
  if (found.kind === 'not-found') return nothing(unresolved.noManagedVirtualService(alert, view.cluster.name));
  const involved = withDelegates(found.virtualServices, view.managed);
  const [rules, rollouts] = await Promise.all([view.rules(ruleNamespaces(involved)), view.rollouts()]);
  const question = { alert, host: found.host, rules, rollouts };
  const answers = involved.map((managed) => ({
    managed,
    answer: findCanary({ ...question, managed, repointed: lost(managed) }),
  }));

  const sides = answers.flatMap(({ managed, answer }) => (answer.kind === 'found' ? [{ ...answer, managed }] : []));
  const canaries = distinctDestinations(sides.map(({ canary }) => canary));
  const hidden = await unlabelledDelegates(involved, view, found.host, canaries);
  if (hidden.length > 0)
    return unresolved.delegateNotManaged(hidden, view.cluster, sides.find(({ stable }) => stable) ?? sides[0]);
  const problem = firstProblem(answers, canaries);
  if (problem) return problemOf(problem, view, mode, rollouts);
  if (canaries.length === 0) return nothing(unresolved.noCanary(involved));
  if (canaries.length > 1 && found.by !== 'explicit' && found.by !== 'match') {
    return unresolved.ambiguousTarget(canaries, sides, view.cluster);
  }
  const weak = found.by === 'service' && directive(alert, ACTION_DIRECTIVE) !== 'rollback';
  const destinations = distinctDestinations(involved.flatMap((one) => one.destinations));
  const targets = canaries.map(async (canary) => {
    const stable = sides.find((side) => sameDestination(side.canary, canary) && side.stable)?.stable;
    const seen = await seeOverlaps(rules, canary, stable ? [...destinations, stable] : destinations, view);
    const target = assemble({ view, canary, stable, answers, rules: seen, rollouts, lost });
    return { target, claim: { alert, weak, side: breachingSide({ alert, canary, stable, destinations, rules }) } };
  });
  return { kind: 'resolved', targets: await Promise.all(targets) };
}

type Answered = { readonly managed: Managed; readonly answer: CanaryAnswer };
type Problem = {
  readonly managed: Managed;
  readonly answer: Extract<CanaryAnswer, { kind: 'invalid-marks' | 'ambiguous' }>;
};

/** A delegate is found with its root: that is where the weights are. */
function withDelegates(found: readonly Managed[], managed: readonly Managed[]): Managed[] {
  const names = found.flatMap(({ delegates }) => delegates);
  return [...new Set([...found, ...managed.filter(({ name }) => names.includes(name))])];
}

/** Where the rules about what these objects route to are. */
export function ruleNamespaces(involved: readonly Managed[]): string[] {
  const hosts = involved.flatMap(({ destinations }) => destinations.map(({ host }) => serviceOfHost(host)?.namespace));
  return [
    ...new Set(
      [...hosts, ...involved.map(({ object }) => object.metadata.namespace)].filter((one) => one !== undefined),
    ),
  ];
}

/** Delegates without the mode label that hold the canary, or, where none is known, could hold one. */
async function unlabelledDelegates(
  involved: readonly Managed[],
  view: ClusterView,
  host: string | undefined,
  canaries: readonly DestinationKey[],
): Promise<Managed[]> {
  const labelled = new Set(view.managed.map(({ name }) => name));
  const names = [...new Set(involved.flatMap(({ delegates }) => delegates))].filter((name) => !labelled.has(name));
  const objects = await Promise.all(names.map((name) => view.unmanaged(name)));
  const delegates = readManaged(objects.filter((object) => object !== undefined));
  return delegates.filter((one) =>
    canaries.length > 0
      ? canaries.some((canary) => holdsCanary(one.object, canary))
      : candidatesOf(one, host).length > 1,
  );
}

/**
 * An object that could not say is settled by another one, such as its delegate, that names a canary which it also sends
 * to; malformed marks never are.
 */
function firstProblem(answers: readonly Answered[], canaries: readonly DestinationKey[]): Problem | undefined {
  const settled = ({ object, destinations }: Managed) =>
    canaries.some((canary) => holdsCanary(object, canary) || destinations.some((key) => sameDestination(key, canary)));
  for (const { managed, answer } of answers) {
    if (answer.kind === 'invalid-marks' || (answer.kind === 'ambiguous' && !settled(managed)))
      return { managed, answer };
  }
  return undefined;
}

function problemOf(
  { managed, answer }: Problem,
  view: ClusterView,
  mode: Mode,
  rollouts: readonly Rollout[],
): Unresolved {
  const owner = ownerOf(managed, rollouts);
  const said =
    answer.kind === 'invalid-marks'
      ? unresolved.invalidMarks(managed, answer.problems, view.cluster)
      : owner
        ? unresolved.managed(owner, [managed], view.cluster)
        : unresolved.ambiguousCanary(managed, answer, view.cluster);
  return modeOf(managed.object, mode) === 'observe' ? unresolved.observed(said) : said;
}

type Parts = {
  readonly view: ClusterView;
  readonly canary: DestinationKey;
  readonly stable: DestinationKey | undefined;
  readonly answers: readonly Answered[];
  readonly rules: readonly DestinationRule[];
  readonly rollouts: readonly Rollout[];
  readonly lost: (managed: Managed) => ReturnType<typeof repointedCanaries>;
};

/** Every managed object that routes to the canary, or did before its rollback, belongs to the target, named or not. */
function assemble({ view, canary, stable, answers, rules, rollouts, lost }: Parts): Target {
  const members = view.managed
    .filter(
      (managed) => holdsCanary(managed.object, canary) || lost(managed).all.some((key) => sameDestination(key, canary)),
    )
    .map((managed) => {
      const own = answers.find((one) => one.managed === managed)?.answer;
      const declared = own?.kind === 'found' && sameDestination(own.canary, canary) ? own.stable : undefined;
      return { managed, stable: declared ?? stable };
    });
  const managedBy = members.map(({ managed }) => ownerOf(managed, rollouts)).find((owner) => owner !== undefined);
  return { cluster: view.cluster.name, canary, members, rules, managedBy };
}
