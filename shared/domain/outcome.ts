/** From worst to best known; a record's outcome may only improve along the ranks. */
export const OUTCOMES = [
  'pending',
  'skipped',
  'observed',
  'suggested',
  'refused',
  'failed',
  'already-zero',
  'rolled-back',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

const RANK: Readonly<Record<Outcome, number>> = {
  pending: 0,
  skipped: 1,
  observed: 1,
  suggested: 1,
  refused: 2,
  failed: 2,
  'already-zero': 3,
  'rolled-back': 4,
};

export function isBetter(outcome: Outcome, than: Outcome): boolean {
  return RANK[outcome] > RANK[than];
}

/**
 * Whether a verdict replaces another one in a record. `unreachable` is a `pending` that has run out of time: it replaces
 * nothing else, and whatever is found out later replaces it.
 */
export function replaces(verdict: Decided, than: Decided): boolean {
  if (verdict.reason === 'unreachable') return than.outcome === 'pending';
  if (than.reason === 'unreachable') return verdict.outcome !== 'pending';
  return isBetter(verdict.outcome, than.outcome);
}

type ReasonFacts = {
  readonly outcome: Exclude<Outcome, 'rolled-back'>;
  /** Whether the store keeps it; `skipped` without a target is answered, logged and counted only. */
  readonly recorded: boolean;
  /** What the reason means, for a person. */
  readonly means: string;
};

const skipped = (means: string): ReasonFacts => ({ outcome: 'skipped', recorded: false, means });
const reason = (outcome: ReasonFacts['outcome'], means: string): ReasonFacts => ({ outcome, recorded: true, means });

/** The closed list of reasons. Answers, records, events and docs derive from it. */
export const REASONS = {
  resolved: skipped('The alert has resolved: nothing to do.'),
  'not-an-slo-alert': skipped('The selector does not pick the alert, or the never-list does.'),
  'invalid-target': skipped('A label that should name the target could be no Kubernetes name.'),
  'no-managed-virtual-service': skipped('No VirtualService with the mode label routes to what the alert names.'),
  'no-canary': skipped('The service has one destination only: an ordinary alert.'),

  'mode-observe': reason('observed', 'The mode is observe: nothing was written.'),
  'mode-suggest': reason('suggested', 'The mode is suggest: a person runs the command.'),
  'weak-identity': reason('suggested', 'Found by service/app and namespace alone: a person decides.'),
  'already-acted': reason('suggested', 'This firing has had its rollback, and its hold is over: a person decides.'),
  contested: reason('suggested', 'Somebody put the canary back again and again within the hold: a person decides.'),
  'put-back': reason('suggested', 'Somebody put the canary back within the hold, and only a page was asked for then.'),

  'ambiguous-canary': reason('refused', 'Nothing says which destination is the canary, or which is stable.'),
  'ambiguous-target': reason('refused', 'The alert fits two different canaries.'),
  'cluster-unknown': reason('refused', 'The alert does not say which of the configured clusters it is about.'),
  'invalid-mode': reason('refused', 'The mode label of the VirtualService is none of act, suggest, observe.'),
  'invalid-marks': reason('refused', 'A weightless/* annotation of the VirtualService is malformed.'),
  'stable-is-breaching': reason(
    'refused',
    'The alert is about the stable version: a rollback would send more users there.',
  ),
  'other-version': reason('refused', 'The alert is about neither the canary nor stable.'),
  'sole-destination': reason(
    'refused',
    'A route knows the canary alone, and nothing says which destination is stable.',
  ),
  'delegate-not-managed': reason('refused', 'A delegate holds the canary and does not carry the mode label.'),
  'stable-includes-canary': reason('refused', 'What is marked stable also reaches the pods of the canary.'),
  'stable-not-ready': reason('refused', 'The stable side has no ready endpoint.'),
  'managed-by-flagger': reason('refused', 'Flagger owns the VirtualService and would ramp the canary up again.'),
  'managed-by-rollouts': reason('refused', 'Argo Rollouts owns the weights and would put them back at once.'),

  forbidden: reason('failed', 'The service may not do that in the cluster (RBAC).'),
  'denied-by-admission': reason('failed', 'An admission webhook of the cluster denied the patch.'),
  rejected: reason('failed', 'The API server refused the patch by schema or policy.'),
  'changed-by-admission': reason(
    'failed',
    'The API server took the patch, and the canary is not at zero: a webhook changed it.',
  ),

  unreachable: reason('failed', 'The cluster could not be reached within the SLA target; we go on trying.'),

  'cluster-unreachable': reason('pending', 'The API server did not answer.'),
  'cluster-error': reason('pending', 'The API server answered with an error of its own.'),
  'cluster-throttled': reason('pending', 'The API server asks to wait longer than there is time.'),
  'cluster-unauthorized': reason('pending', 'The API server does not accept our credentials.'),
  'virtual-services-not-served': reason(
    'pending',
    'The cluster does not serve VirtualServices: Istio’s CRDs are not installed.',
  ),
  conflict: reason('pending', 'The VirtualService kept changing under us.'),
  'out-of-time': reason('pending', 'The time for one delivery was over before this target’s turn.'),

  'at-zero': reason('already-zero', 'The canary was at zero already.'),
} as const satisfies Record<string, ReasonFacts>;

export type Reason = keyof typeof REASONS;

/** What was decided about one alert and target: everything but a rollback says why. */
export type Verdict =
  | { readonly outcome: 'rolled-back'; readonly reason?: undefined }
  | { readonly outcome: Exclude<Outcome, 'rolled-back'>; readonly reason: Reason };

export function verdictOf(name: Reason): Verdict {
  return { outcome: REASONS[name].outcome, reason: name };
}

/** The answer to Alertmanager: only 5xx is sent again, so 503 is for what a retry can mend. */
export function httpStatusOf(outcome: Outcome): 200 | 503 {
  return outcome === 'pending' ? 503 : 200;
}

export type EventType =
  | 'RollbackCompleted'
  | 'RollbackSuggested'
  | 'RollbackSkipped'
  | 'RollbackRefused'
  | 'RollbackFailed';

/** The event that tells of an outcome; a pending one is not told yet. */
export function eventTypeOf(outcome: Outcome): EventType | undefined {
  switch (outcome) {
    case 'pending':
      return undefined;
    case 'rolled-back':
      return 'RollbackCompleted';
    case 'suggested':
      return 'RollbackSuggested';
    case 'refused':
      return 'RollbackRefused';
    case 'failed':
      return 'RollbackFailed';
    case 'skipped':
    case 'observed':
    case 'already-zero':
      return 'RollbackSkipped';
  }
}

type Decided = { readonly outcome: Outcome; readonly reason?: Reason | undefined };

/** Whether a person must be woken for the outcome itself; residual exposure may add to it. */
export function pages(verdict: Decided): boolean {
  if (verdict.outcome === 'refused' || verdict.outcome === 'failed') return true;
  return verdict.reason === 'already-acted' || verdict.reason === 'contested' || verdict.reason === 'put-back';
}

/** How an outcome counts in the SLA; `stable-is-breaching` is no rollback that we owed. */
export function slaCountOf(verdict: Decided): 'by-time' | 'missed' | 'not-counted' | 'open' {
  if (verdict.outcome === 'rolled-back') return 'by-time';
  if (verdict.outcome === 'pending') return 'open';
  const owed = verdict.outcome === 'failed' || verdict.outcome === 'refused';
  return owed && verdict.reason !== 'stable-is-breaching' ? 'missed' : 'not-counted';
}
