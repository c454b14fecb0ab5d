import { flaggerOwner, rolloutNaming } from './canary-by-owner.ts';
import type { Managed } from './managed.ts';
import type { Rollout } from './surroundings.ts';
import type { Target } from './target.ts';

/** The progressive-delivery controller that writes the object's weights: a bare patch would be undone, or make it worse. */
export function ownerOf({ object, name }: Managed, rollouts: readonly Rollout[]): Target['managedBy'] {
  const flagger = flaggerOwner(object);
  if (flagger) return { by: 'flagger', namespace: object.metadata.namespace, name: flagger };
  const rollout = rolloutNaming(rollouts, name);
  return rollout && { by: 'rollouts', namespace: rollout.namespace, name: rollout.name };
}
