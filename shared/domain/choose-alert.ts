import type { Alert } from './alert.ts';
import { type Matchers, matchesAny } from './alert-matcher.ts';

export type AlertRules = { readonly selector: readonly Matchers[]; readonly never: readonly Matchers[] };

/** Whether an alert is one to act on: firing, picked by the selector, and not on the never-list, which beats it. */
export function chooseAlert(alert: Alert, rules: AlertRules): 'chosen' | 'resolved' | 'not-an-slo-alert' {
  if (alert.status === 'resolved') return 'resolved';
  if (matchesAny(rules.never, alert.labels)) return 'not-an-slo-alert';
  return matchesAny(rules.selector, alert.labels) ? 'chosen' : 'not-an-slo-alert';
}
