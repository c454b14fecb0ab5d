import { FIND_CANARY } from './find-canary.ts';
import { FIND_TARGET } from './find-target.ts';
import { HOSTS } from './hosts.ts';
import { PLAN_L4_AND_DELEGATES } from './plan-l4-and-delegates.ts';
import { PLAN_MIRRORS } from './plan-mirrors.ts';
import { PLAN_SOLE_DESTINATION } from './plan-sole-destination.ts';
import { PLAN_WEIGHTS } from './plan-weights.ts';
import type { Scenario } from './scenario.ts';

/** Every row, by theme. */
export const SCENARIOS: Readonly<Record<string, readonly Scenario[]>> = {
  'finding the target': FIND_TARGET,
  'finding the canary': FIND_CANARY,
  'the weights of a route': PLAN_WEIGHTS,
  'a canary without stable beside it': PLAN_SOLE_DESTINATION,
  'a mirror to the canary': PLAN_MIRRORS,
  'tls, tcp and delegates': PLAN_L4_AND_DELEGATES,
  hosts: HOSTS,
};
