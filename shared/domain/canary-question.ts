import type { Alert } from './alert.ts';
import { type DestinationKey, formatDestination } from './destination.ts';
import type { Managed } from './managed.ts';
import type { MarkProblem } from './marks.ts';
import { routesOf } from './routes.ts';
import type { DestinationRule, Rollout } from './surroundings.ts';

export type CanaryQuestion = {
  readonly alert: Alert;
  readonly managed: Managed;
  /** The host that the alert is about, where it says so. */
  readonly host?: string | undefined;
  readonly rules: readonly DestinationRule[];
  readonly rollouts: readonly Rollout[];
  /** Canaries that the object has lost to a rollback whose hold is open. */
  readonly repointed?:
    | { readonly forFiring?: DestinationKey | undefined; readonly all: readonly DestinationKey[] }
    | undefined;
};

export type Sides = { readonly canary: DestinationKey; readonly stable?: DestinationKey | undefined };

export type CanaryAnswer =
  | ({ readonly kind: 'found'; readonly by: 'journal' | 'marks' | 'flagger' | 'rollout' | 'version' | 'names' } & Sides)
  /** Nothing here is a canary: an ordinary alert. */
  | { readonly kind: 'no-canary' }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly DestinationKey[]; readonly why: string }
  | { readonly kind: 'invalid-marks'; readonly problems: readonly MarkProblem[] };

export function ambiguous(candidates: readonly DestinationKey[], why: string): CanaryAnswer {
  return { kind: 'ambiguous', candidates, why: `${why} (${candidates.map(formatDestination).join(', ')})` };
}

/**
 * The destinations that could be sides of a canary: those of the alerted host and what shares a route with them; all of
 * the object's where the alert names no host that it routes to.
 */
export function candidatesOf(managed: Managed, host: string | undefined): readonly DestinationKey[] {
  const own = managed.destinations.filter((key) => key.host === host);
  if (own.length === 0) return managed.destinations;
  const shared = routesOf(managed.object)
    .filter((route) => route.destinations.some(({ key }) => key.host === host))
    .flatMap((route) => route.destinations.map(({ key }) => formatDestination(key)));
  return managed.destinations.filter((key) => key.host === host || shared.includes(formatDestination(key)));
}
