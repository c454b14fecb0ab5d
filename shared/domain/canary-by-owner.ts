import { canaryByNames } from './canary-by-names.ts';
import type { CanaryAnswer, CanaryQuestion, Sides } from './canary-question.ts';
import { expandHost } from './destination.ts';
import type { Managed } from './managed.ts';
import type { DestinationRule, Rollout } from './surroundings.ts';
import type { VirtualService } from './virtual-service.ts';

/** The name of the Flagger Canary that owns the object: it rebuilds the routes at every tick. */
export function flaggerOwner({ metadata }: VirtualService): string | undefined {
  return metadata.ownerReferences.find(
    ({ kind, apiVersion }) => kind === 'Canary' && apiVersion.startsWith('flagger.app/'),
  )?.name;
}

/** Sides by the progressive-delivery controller that writes the object. */
export function canaryByOwner({ managed, rollouts, rules }: CanaryQuestion): CanaryAnswer | undefined {
  const flagger = flaggerOwner(managed.object) ? sidesOfFlagger(managed) : undefined;
  if (flagger) return { kind: 'found', by: 'flagger', ...flagger };
  const rollout = rolloutNaming(rollouts, managed.name);
  const driven = rollout && sidesOfRollout(rollout, rules, managed);
  return driven && { kind: 'found', by: 'rollout', ...driven };
}

/** Flagger routes by host and always names them `-primary` and `-canary`. */
function sidesOfFlagger(managed: Managed): Sides | undefined {
  return canaryByNames(managed.destinations);
}

/** The Argo Rollout that writes the object's weights: it puts any other weight back within milliseconds. */
export function rolloutNaming(rollouts: readonly Rollout[], name: string): Rollout | undefined {
  return rollouts.find((rollout) => rollout.virtualServices.includes(name));
}

function sidesOfRollout(rollout: Rollout, rules: readonly DestinationRule[], managed: Managed): Sides | undefined {
  const { subsets, canaryHost, stableHost, namespace } = rollout;
  if (!subsets) {
    if (!canaryHost) return undefined;
    const stable = stableHost ? { host: expandHost(stableHost, namespace) } : undefined;
    return { canary: { host: expandHost(canaryHost, namespace) }, stable };
  }
  const rule = rules.find((one) => one.namespace === namespace && one.name === subsets.destinationRule);
  const hosts = managed.destinations.filter(({ subset }) => subset === subsets.canary).map(({ host }) => host);
  const host = rule?.host ?? (hosts.length === 1 ? hosts[0] : undefined);
  return host ? { canary: { host, subset: subsets.canary }, stable: { host, subset: subsets.stable } } : undefined;
}
