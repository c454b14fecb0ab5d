import type { Alert } from './alert.ts';
import { type DestinationKey, distinctDestinations, formatDestination } from './destination.ts';
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
 * The destinations that could be sides of a canary: those of the alerted host and what shares a route with them. Where
 * the alert names no host that the object routes to: those that share a route, or a host, with another. Paths that lead
 * to a service each are no canary. The routes of delegates are not the object's own, so there all count.
 */
export function candidatesOf(managed: Managed, host: string | undefined): readonly DestinationKey[] {
  const { destinations, delegates, object } = managed;
  const shared = routesOf(object)
    .map((route) => distinctDestinations(route.destinations.map(({ key }) => key)))
    .filter((keys) => keys.length > 1);
  const beside = (wanted: (key: DestinationKey) => boolean) =>
    shared.filter((keys) => keys.some(wanted)).flatMap((keys) => keys.map(formatDestination));
  if (destinations.some((key) => key.host === host)) {
    const names = beside((key) => key.host === host);
    return destinations.filter((key) => key.host === host || names.includes(formatDestination(key)));
  }
  if (delegates.length > 0) return destinations;
  const names = beside(() => true);
  return destinations.filter(
    (key) =>
      names.includes(formatDestination(key)) || destinations.filter(({ host: other }) => other === key.host).length > 1,
  );
}
