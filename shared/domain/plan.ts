import { type DestinationKey, formatDestination, sameDestination } from './destination.ts';
import type { Edit } from './json-patch.ts';
import { planMirrors } from './plan-mirrors.ts';
import { planRoute } from './plan-route.ts';
import { type Residual, residualOf } from './residual.ts';
import { routesOf } from './routes.ts';
import { type DestinationRule, reachesCanary } from './surroundings.ts';
import type { VirtualService } from './virtual-service.ts';

export type PlanQuestion = {
  readonly object: VirtualService;
  readonly canary: DestinationKey;
  readonly stable?: DestinationKey | undefined;
  readonly darkLaunch: 'keep' | 'repoint';
  readonly rules: readonly DestinationRule[];
};

/** What takes the canary to zero in one VirtualService, or why nothing does. */
export type Plan =
  | { readonly kind: 'change'; readonly edits: readonly Edit[]; readonly residual: readonly Residual[] }
  | { readonly kind: 'nothing-to-do'; readonly residual: readonly Residual[] }
  | { readonly kind: 'refused'; readonly reason: 'sole-destination' | 'stable-includes-canary'; readonly why: string };

/**
 * Plans one object by Istio's rules: weights are relative, a total of 0 over several destinations is refused by Envoy,
 * a single destination gets everything whatever its weight, and a mirror goes on at weight 0. Pure: no clock, no
 * cluster; the same object always gives the same plan, and the planned object gives an empty one.
 */
export function plan(question: PlanQuestion): Plan {
  const planned = planEdits(question);
  if (planned.kind === 'refused') return planned;
  const { edits } = planned;
  const residual = residualOf(question, edits);
  return edits.length > 0 ? { kind: 'change', edits, residual } : { kind: 'nothing-to-do', residual };
}

type PlannedEdits = { readonly kind: 'edits'; readonly edits: readonly Edit[] } | Extract<Plan, { kind: 'refused' }>;

function planEdits(question: PlanQuestion): PlannedEdits {
  const { object, canary, stable, rules } = question;
  if (stable && reachesCanary(rules, stable, canary)) {
    const why = `${formatDestination(stable)} is marked stable, and it also reaches the pods of ${formatDestination(canary)}`;
    return { kind: 'refused', reason: 'stable-includes-canary', why };
  }
  const edits: Edit[] = [];
  for (const route of routesOf(object)) {
    const planned = planRoute(route, question);
    if (planned.kind === 'sole-destination') {
      const why = `route ${route.label} sends users to ${formatDestination(canary)} without stable beside it, and nothing says which destination is stable`;
      return { kind: 'refused', reason: 'sole-destination', why };
    }
    edits.push(...planned.edits);
  }
  return { kind: 'edits', edits: [...edits, ...planMirrors(object, canary)] };
}

/** Whether a plan would change the object: the plan without what it costs to tell of it. */
export function wouldChange(question: PlanQuestion): boolean {
  const planned = planEdits(question);
  return planned.kind === 'edits' && planned.edits.length > 0;
}

/** True where no route or mirror of the object sends users to the canary; header routes kept for testers do not count. */
export function isAtZero(question: PlanQuestion): boolean {
  const planned = planEdits(question);
  return planned.kind === 'edits' && planned.edits.length === 0;
}

/** True where the object names the canary at all: as a destination or as a mirror. */
export function holdsCanary(object: VirtualService, canary: DestinationKey): boolean {
  if (routesOf(object).some((route) => route.destinations.some(({ key }) => sameDestination(key, canary)))) return true;
  return planMirrors(object, canary).length > 0;
}
