import { type Alert, knownLabel } from '#shared/domain/alert.ts';
import type { Sides } from '#shared/domain/canary-question.ts';
import type { Command } from '#shared/domain/command.ts';
import {
  labelModeCommand,
  listManagedCommand,
  markingCommands,
  namespaceRightsCommand,
  ownerCommands,
  removeMarkCommand,
  showCommand,
  zeroCommand,
} from '#shared/domain/commands-for.ts';
import { type DestinationKey, formatDestination } from '#shared/domain/destination.ts';
import { VIRTUAL_SERVICE_DIRECTIVE } from '#shared/domain/identify-alert.ts';
import type { Managed } from '#shared/domain/managed.ts';
import { describeProblems, MARK, type MarkProblem } from '#shared/domain/marks.ts';
import type { Reason } from '#shared/domain/outcome.ts';
import type { Target, Unresolved } from '#shared/domain/target.ts';
import type { Cluster, ClusterFault } from '#shared/ports/cluster.ts';
import type { ClusterView } from './cluster-view.ts';
import { faultReason, forbiddenNamespaces } from './fault-words.ts';

/** The words for every alert that ends without a target: what happened, where, what to do next. */

function say(
  reason: Reason,
  message: string,
  commands: readonly Command[] = [],
  about: readonly Managed[] = [],
): Unresolved {
  return { kind: 'unresolved', reason, message, commands, virtualServices: about.map(({ name }) => name) };
}

export function resolved(): Unresolved {
  return say('resolved', 'The alert has resolved; there is nothing to roll back.');
}

export function notAnSloAlert(): Unresolved {
  return say(
    'not-an-slo-alert',
    'The selector in the settings (alerts.selector) does not pick this alert, or alerts.never excludes it.',
  );
}

export function invalidTarget({ label, expected }: { readonly label: string; readonly expected: string }): Unresolved {
  return say('invalid-target', `The label or annotation ${label} is not ${expected}; correct it in the alerting rule.`);
}

export function noManagedVirtualService(alert: Alert, cluster: string): Unresolved {
  const named = [
    'destination_service_name',
    'destination_service_namespace',
    'service',
    'app',
    'namespace',
    VIRTUAL_SERVICE_DIRECTIVE,
  ]
    .map((label) => [label, knownLabel(alert, label)] as const)
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => `${label}=${value}`);
  const looked = named.length > 0 ? named.join(', ') : 'none of the labels that name a service and its namespace';
  return say(
    'no-managed-virtual-service',
    `In ${cluster}, no VirtualService with the label ${MARK.mode} fits the alert (${looked}).`,
  );
}

export function noCanary(involved: readonly Managed[]): Unresolved {
  return say(
    'no-canary',
    `${names(involved)} has one destination only for this alert: there is no canary to roll back.`,
    [],
    involved,
  );
}

export function ambiguousCanary(
  managed: Managed,
  answer: { candidates: readonly DestinationKey[]; why: string },
  cluster: Cluster,
): Unresolved {
  const next = `Mark it with the annotations ${MARK.canary} and ${MARK.stable}.`;
  const commands = [
    ...markingCommands(managed, answer.candidates, cluster.context),
    showCommand(managed, cluster.context),
  ];
  return say('ambiguous-canary', `${managed.name}: ${answer.why}. ${next}`, commands, [managed]);
}

export function ambiguousTarget(
  canaries: readonly DestinationKey[],
  sides: readonly (Sides & { readonly managed: Managed })[],
  cluster: Cluster,
): Unresolved {
  const listed = canaries.map(formatDestination).join(', ');
  const commands = sides.flatMap(({ managed, canary, stable }) => {
    const zero = zeroCommand(managed.object, canary, stable, cluster.context);
    return zero ? [{ ...zero, does: `if the alert is about ${formatDestination(canary)}: ${zero.does}` }] : [];
  });
  const next = `Name one in the alert with ${VIRTUAL_SERVICE_DIRECTIVE}: namespace/name.`;
  return say(
    'ambiguous-target',
    `The alert fits more than one canary (${listed}). ${next}`,
    [...commands, listManagedCommand(cluster.context)],
    sides.map(({ managed }) => managed),
  );
}

export function clusterUnknown(label: string, value: string | undefined, configured: readonly Cluster[]): Unresolved {
  const known = configured.map(({ name }) => name).join(', ') || 'none';
  const said = value === undefined ? `has no label ${label}` : `says ${label}=${value}`;
  const message = `The alert ${said}, and the configured clusters are: ${known}. Set the label as an external label of its Prometheus, or add the cluster to the settings.`;
  return say(
    'cluster-unknown',
    message,
    configured.map(({ context }) => listManagedCommand(context)),
  );
}

export function invalidMarks(managed: Managed, problems: readonly MarkProblem[], cluster: Cluster): Unresolved {
  const commands = problems.map((problem) => removeMarkCommand(managed, problem, cluster.context));
  return say(
    'invalid-marks',
    `${managed.name}: ${describeProblems(problems)}`,
    [...commands, showCommand(managed, cluster.context)],
    [managed],
  );
}

export function delegateNotManaged(
  delegates: readonly Managed[],
  cluster: Cluster,
  { canary, stable }: Partial<Sides> = {},
): Unresolved {
  const what = canary ? `hold the canary ${formatDestination(canary)}` : 'hold the weights';
  const zero = delegates
    .map(({ object }) => canary && zeroCommand(object, canary, stable, cluster.context))
    .filter((one) => one !== undefined);
  const labels = delegates.map(({ object }) => labelModeCommand(object, cluster.context));
  return say(
    'delegate-not-managed',
    `${names(delegates)}: these delegates ${what} and do not carry the label ${MARK.mode}.`,
    [...zero, ...labels],
    delegates,
  );
}

export function managed(
  owner: NonNullable<Target['managedBy']>,
  about: readonly Managed[],
  cluster: Cluster,
): Unresolved {
  const reason = owner.by === 'flagger' ? 'managed-by-flagger' : 'managed-by-rollouts';
  return say(reason, ownerMessage(owner), ownerCommands(owner, cluster.context), about);
}

export function ownerMessage({ by, namespace, name }: NonNullable<Target['managedBy']>): string {
  return by === 'flagger'
    ? `The Flagger Canary ${namespace}/${name} owns the weights: patching them alone would make it ramp up again at its next tick.`
    : `The Argo Rollout ${namespace}/${name} owns the weights: it puts any other weight back within milliseconds.`;
}

/** What would have been said, had the mode let us. */
export function observed(said: Unresolved): Unresolved {
  return { ...said, reason: 'mode-observe', message: `Observed only. ${said.message}` };
}

/** Nothing was found, and not everything could be seen: whether there is a canary is not known. */
export function notAllSeen(
  said: Unresolved,
  { cluster, forbidden }: Pick<ClusterView, 'cluster' | 'forbidden'>,
): Unresolved {
  const message = `${said.message} But the canary may be where we cannot look. ${forbiddenNamespaces(forbidden)}`;
  const commands = forbidden.map((namespace) => namespaceRightsCommand(namespace, cluster.context));
  return { ...said, reason: 'forbidden', message, commands };
}

/** The cluster gave no usable answer: most of these a retry mends. */
export function clusterFault(fault: ClusterFault, cluster: Cluster): Unresolved {
  const { reason, message } = faultReason(fault);
  return say(reason, `${cluster.name}: ${message}`);
}

function names(about: readonly Managed[]): string {
  return about.map(({ name }) => name).join(', ');
}
