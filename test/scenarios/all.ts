import { PLAN_SOLE_DESTINATION } from './plan-sole-destination.ts';
import { PLAN_WEIGHTS } from './plan-weights.ts';
import type { Scenario } from './scenario.ts';

/** Every row, by theme. */
export const SCENARIOS: Readonly<Record<string, readonly Scenario[]>> = {
  'weights of a route': PLAN_WEIGHTS,
  'a canary without stable beside it': PLAN_SOLE_DESTINATION,
};
