import { annotateCommand, type Command, kubectl, patchCommand, VIRTUAL_SERVICE } from './command.ts';
import { type DestinationKey, distinctDestinations, formatDestination, sameDestination } from './destination.ts';
import type { Managed } from './managed.ts';
import { MARK, type MarkProblem } from './marks.ts';
import { plan } from './plan.ts';
import { type DestinationRule, reachesCanary } from './surroundings.ts';
import type { Target } from './target.ts';
import { nameOf, type VirtualService } from './virtual-service.ts';

/** What people are told to run, by what stopped us. Each command does what its words say, on the object as it was read. */

/** As many alternatives as a person reads at 3 a.m. */
const MAX_CHOICES = 4;

/** One choice for each destination that could be the canary: marks that settle it for the next alert, too. */
export function markingCommands(managed: Managed, candidates: readonly DestinationKey[], context?: string): Command[] {
  return candidates.slice(0, MAX_CHOICES).flatMap((canary) => {
    const others = candidates.filter((key) => !sameDestination(key, canary));
    const stable = others.length === 1 ? others[0] : undefined;
    const zero = zeroCommand(managed.object, canary, stable, context);
    const mark = `if ${formatDestination(canary)} is the canary: mark it, so that the next alert about ${managed.name} is rolled back`;
    const marking = [annotateCommand(managed.object, MARK.canary, formatDestination(canary), mark, context)];
    return zero
      ? [{ ...zero, does: `if ${formatDestination(canary)} is the canary: ${zero.does}` }, ...marking]
      : marking;
  });
}

/**
 * What to run where only stable is unknown: a choice for each other subset of the canary's host, and each other
 * destination, that could be stable.
 */
export function stableCommands(
  managed: Managed,
  canary: DestinationKey,
  rules: readonly DestinationRule[],
  context?: string,
): Command[] {
  const subsets = rules
    .filter(({ host }) => host === canary.host)
    .flatMap((rule) => rule.subsets.map(({ name }) => ({ host: rule.host, subset: name })));
  const others = distinctDestinations([...managed.destinations, ...subsets]).filter(
    (key) => !sameDestination(key, canary) && !reachesCanary(rules, key, canary),
  );
  const choices = others.slice(0, MAX_CHOICES).flatMap((stable) => {
    const name = formatDestination(stable);
    const zero = zeroCommand(managed.object, canary, stable, context);
    const mark = `if ${name} is stable: mark it, so that the next alert about ${managed.name} is rolled back`;
    return [
      ...(zero ? [{ ...zero, does: `if ${name} is stable: ${zero.does}` }] : []),
      annotateCommand(managed.object, MARK.stable, name, mark, context),
    ];
  });
  return [...choices, showCommand(managed, context)];
}

/** The plan for one object as a command, where there is one. */
export function zeroCommand(
  object: VirtualService,
  canary: DestinationKey,
  stable: DestinationKey | undefined,
  context?: string,
): Command | undefined {
  const planned = plan({ object, canary, stable, darkLaunch: 'keep', rules: [] });
  return planned.kind === 'change' ? patchCommand(object, planned.edits, context) : undefined;
}

export function removeMarkCommand(managed: Managed, { mark }: MarkProblem, context?: string): Command {
  const { namespace, name } = managed.object.metadata;
  const run = kubectl(context, ['-n', namespace, 'annotate', VIRTUAL_SERVICE, name, `${mark}-`]);
  return { does: `remove the malformed ${mark} from ${managed.name}`, run };
}

export function labelModeCommand(object: VirtualService, context?: string): Command {
  const { namespace, name } = object.metadata;
  const run = kubectl(context, ['-n', namespace, 'label', '--overwrite', VIRTUAL_SERVICE, name, `${MARK.mode}=act`]);
  return { does: `let Weightless act on ${nameOf(object)}`, run };
}

export function showCommand(managed: Managed, context?: string): Command {
  const { namespace, name } = managed.object.metadata;
  return {
    does: `show ${managed.name}`,
    run: kubectl(context, ['-n', namespace, 'get', VIRTUAL_SERVICE, name, '-o', 'yaml']),
  };
}

export function listManagedCommand(context: string | undefined): Command {
  return {
    does: 'list the managed VirtualServices',
    run: kubectl(context, ['get', VIRTUAL_SERVICE, '-A', '-l', MARK.mode]),
  };
}

export function namespaceRightsCommand(namespace: string, context: string | undefined): Command {
  return {
    does: `from a checkout of Weightless: give it its rights in ${namespace}`,
    run: kubectl(context, ['apply', '--namespace', namespace, '-f', 'infra/kubernetes/namespaced.yaml']),
  };
}

/** The lever of the controller that owns the weights: a bare patch would be undone at once, or make it worse. */
export function ownerCommands({ by, namespace, name }: NonNullable<Target['managedBy']>, context?: string): Command[] {
  if (by === 'rollouts') {
    const args = [
      '-n',
      namespace,
      'patch',
      'rollouts.argoproj.io',
      name,
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"abort":true}}',
    ];
    return [
      {
        does: `abort the Rollout ${namespace}/${name}: it takes the canary to zero itself`,
        run: kubectl(context, args),
      },
    ];
  }
  const args = [
    '-n',
    namespace,
    'patch',
    'canaries.flagger.app',
    name,
    '--type=merge',
    '-p',
    '{"spec":{"suspend":true}}',
  ];
  return [
    {
      does: `suspend the Flagger Canary ${namespace}/${name}, so that it leaves a weight of zero alone`,
      run: kubectl(context, args),
    },
  ];
}
