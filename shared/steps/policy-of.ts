import type { Settings } from '#shared/contracts/settings.ts';
import type { RollbackPolicy } from './roll-back-alerts.ts';

/** What of the settings decides about alerts. */
export type PolicySettings = Pick<Settings, 'mode' | 'alerts' | 'sla' | 'hold' | 'onRevert'>;

export function policyOf({ mode, alerts: rules, sla: slaMs, hold: holdMs, onRevert }: PolicySettings): RollbackPolicy {
  return { rules, mode, clusterLabel: rules.clusterLabel, slaMs, holdMs, onRevert };
}
