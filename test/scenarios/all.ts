import { CHOOSE_ALERT } from './choose-alert.ts';
import { FIND_CANARY } from './find-canary.ts';
import { FIND_TARGET } from './find-target.ts';
import { FIRING_RULES } from './firing-rules.ts';
import { HOSTS } from './hosts.ts';
import { MODES_AND_MARKS } from './modes-and-marks.ts';
import { OWNERS } from './owners.ts';
import { PLAN_L4_AND_DELEGATES } from './plan-l4-and-delegates.ts';
import { PLAN_MIRRORS } from './plan-mirrors.ts';
import { PLAN_SOLE_DESTINATION } from './plan-sole-destination.ts';
import { PLAN_WEIGHTS } from './plan-weights.ts';
import { READINESS } from './readiness.ts';
import { RESIDUAL } from './residual.ts';
import type { Scenario } from './scenario.ts';

/** Every row, by theme. */
export const SCENARIOS: Readonly<Record<string, readonly Scenario[]>> = {
  'choosing alerts': CHOOSE_ALERT,
  'finding the target': FIND_TARGET,
  'finding the canary': FIND_CANARY,
  'the weights of a route': PLAN_WEIGHTS,
  'a canary without stable beside it': PLAN_SOLE_DESTINATION,
  'a mirror to the canary': PLAN_MIRRORS,
  'tls, tcp and delegates': PLAN_L4_AND_DELEGATES,
  'hosts and subsets': HOSTS,
  'what is left': RESIDUAL,
  'modes, marks and clusters': MODES_AND_MARKS,
  'other writers': OWNERS,
  'readiness of stable': READINESS,
  'firings, holds and journals': FIRING_RULES,
};
