import type { Command } from '#shared/domain/command.ts';
import { kubectl, VIRTUAL_SERVICE } from '#shared/domain/command.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { Share } from '#shared/domain/weight-change.ts';
import type { Cluster, PatchAnswer } from '#shared/ports/cluster.ts';
import { forbiddenMessage } from './fault-words.ts';
import type { Difference } from './plan-undo.ts';

/** Why the weights of one VirtualService are not brought back, and what to do. */
export type RestoreProblem = {
  /** `namespace/name`. */
  readonly virtualService: string;
  readonly problem:
    | 'nothing-to-undo'
    | 'not-managed'
    | 'undo-dropped'
    | 'undo-does-not-fit'
    | 'changed'
    | 'other-destinations'
    | 'no-room'
    | 'conflict'
    | 'denied';
  readonly message: string;
  readonly difference?: Difference | undefined;
  readonly commands: readonly Command[];
};

const BY_HAND = 'Set the weights by hand: docs/runbook.md';

const WORDS = {
  'nothing-to-undo':
    'its journal says nothing of this rollback (it keeps the last 8), so there is nothing to undo. See what it routes to now',
  'not-managed': `it has no label ${MARK.mode}, or is gone, so it is not ours to write. Label it, or set the weights by hand`,
  'undo-dropped': `its journal had no room for the inverse patch: that was left out. The record says what the weights were. ${BY_HAND}`,
  'undo-does-not-fit': `what its journal would bring back does not fit into its routes: they are others than those of the rollback, or somebody edited the journal. ${BY_HAND}`,
  changed: 'it is not as the rollback left it. Look at the difference; with "force": true it is restored all the same',
  'other-destinations': `its routes hold other destinations than the rollback left, which would get weights that were never theirs; force does not help. ${BY_HAND}`,
  'no-room': `its other annotations leave no room for the journal, which would have to note this. ${BY_HAND}`,
  conflict: 'it kept changing under us: others write it. Send the request again',
} as const;

export function restoreProblem(
  virtualService: string,
  problem: keyof typeof WORDS,
  { context }: Cluster,
  difference?: Difference,
): RestoreProblem {
  const what = difference ? ` (${differenceWords(difference)})` : '';
  return {
    virtualService,
    problem,
    message: `${virtualService}: ${WORDS[problem]}${what}.`,
    difference,
    commands: [showIt(virtualService, context)],
  };
}

/** What the API server said no to. */
export function deniedProblem(
  virtualService: string,
  answer: Extract<PatchAnswer, { readonly message: string }>,
  { context }: Cluster,
): RestoreProblem {
  const said = answer.kind === 'forbidden' ? forbiddenMessage(answer) : `The API server said: ${answer.message}`;
  return {
    virtualService,
    problem: 'denied',
    message: `${virtualService}: ${said}`,
    commands: [showIt(virtualService, context)],
  };
}

/** What to look at first. */
export function showIt(virtualService: string, context: string | undefined): Command {
  const [namespace = '', name = ''] = virtualService.split('/');
  return {
    does: `show ${virtualService}`,
    run: kubectl(context, ['-n', namespace, 'get', VIRTUAL_SERVICE, name, '-o', 'yaml']),
  };
}

function differenceWords({ routes, elsewhere }: Difference): string {
  const each = routes.map(({ route, left, now }) =>
    now ? `${route}: left ${sharesWords(left)}, now ${sharesWords(now)}` : `${route}: is gone`,
  );
  return [...each, ...(elsewhere ? ['the weights are as they were left, something else of the spec is not'] : [])].join(
    '; ',
  );
}

function sharesWords(shares: readonly Share[]): string {
  return shares.map(({ to, weight }) => `${to} ${weight}`).join(', ');
}
