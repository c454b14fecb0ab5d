import { firingOf } from '#shared/domain/alert.ts';
import { entryFor, type JournalEntry } from '#shared/domain/journal.ts';
import type { Managed } from '#shared/domain/managed.ts';
import { MARK } from '#shared/domain/marks.ts';
import { type Reason, verdictOf } from '#shared/domain/outcome.ts';
import { isAtZero } from '#shared/domain/plan.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import { weightChanges } from '#shared/domain/weight-change.ts';
import type { PatchAnswer } from '#shared/ports/cluster.ts';
import type { ToPatch } from './evaluate-member.ts';
import { forbiddenMessage } from './fault-words.ts';
import { journaledZero } from './journaled.ts';
import type { MemberResult, MemberVerdict } from './member-result.ts';
import type { MemberContext } from './zero-member.ts';

/** A patch that was answered, and the journal that it carried. */
export type Sent = {
  readonly answer: PatchAnswer;
  readonly entries: readonly JournalEntry[];
  /** When the answer came, epoch ms. */
  readonly at: number;
};

/** A final answer as a result; undefined where the object must be read again. */
export function settlePatch(
  sent: Sent,
  evaluation: ToPatch,
  managed: Managed,
  context: MemberContext,
): MemberResult | undefined {
  const { answer } = sent;
  switch (answer.kind) {
    case 'patched':
      return staysAtZero(answer.object, managed, context)
        ? patched(sent, evaluation, managed.object, context)
        : stopped(
            evaluation,
            'changed-by-admission',
            `${managed.name}: the API server took the patch, but the canary is not at zero in its answer: an admission webhook changed it.`,
          );
    case 'conflict':
    case 'gone':
    case 'bad-path':
      return undefined;
    case 'rejected':
      return stopped(evaluation, 'rejected', `${managed.name}: the API server refused the patch: ${answer.message}`);
    case 'forbidden':
      return stopped(evaluation, 'forbidden', `${managed.name}: ${forbiddenMessage(answer)}`);
    case 'denied-by-admission':
      return stopped(evaluation, 'denied-by-admission', `${managed.name}: ${answer.message}`);
  }
}

function staysAtZero(object: VirtualService, managed: Managed, { target, member }: MemberContext): boolean {
  const { darkLaunch } = managed.marks;
  return isAtZero({ object, canary: target.canary, stable: member.stable, darkLaunch, rules: target.rules });
}

function patched(
  { entries, at }: Sent,
  evaluation: ToPatch,
  before: VirtualService,
  { receivedAt, dryRun = false }: MemberContext,
): MemberResult {
  const { soFar, served, edits } = evaluation;
  const verdicts = new Map(soFar.verdicts);
  for (const { claim, decision } of served) {
    const firing = firingOf(claim.alert);
    const reasserted = decision.kind === 'reassert';
    const zeroed = reasserted
      ? {
          at: journaledZero(before, decision.entry),
          precision: 'journal' as const,
          receivedAt: decision.entry.receivedAt,
        }
      : { at, precision: 'observed' as const, receivedAt };
    const message = `${soFar.name}: ${wordsOf({ reasserted, dryRun })}`;
    verdicts.set(firing, {
      outcome: 'rolled-back',
      message,
      zeroed,
      reasserted,
      entry: entryFor({ entries, ignored: 0 }, firing),
    });
  }
  return { ...soFar, verdicts, weights: weightChanges(before, edits), commands: [] };
}

function wordsOf({ reasserted, dryRun }: { readonly reasserted: boolean; readonly dryRun: boolean }): string {
  if (reasserted) return `somebody had put the canary back; it ${dryRun ? 'would be' : 'is'} at zero again.`;
  return `the canary ${dryRun ? 'would be' : 'is'} at zero.`;
}

/** Positive evidence against the side that is to take all traffic. */
export function notReady(evaluation: ToPatch, { name }: Managed): MemberResult {
  const next = `Scale stable up, or set ${MARK.requireReadyStable}: "false" to roll back all the same.`;
  return stopped(
    evaluation,
    'stable-not-ready',
    `${name}: the stable side has endpoints in this cluster and none of them is ready. ${next}`,
  );
}

/** The claims that were to be served end with the reason; the command stays for a person. */
export function stopped({ soFar, served }: ToPatch, reason: Reason, message: string): MemberResult {
  const verdict: MemberVerdict = { ...verdictOf(reason), message };
  const ended = served.map(({ claim }): [string, MemberVerdict] => [firingOf(claim.alert), verdict]);
  return { ...soFar, verdicts: new Map([...soFar.verdicts, ...ended]) };
}
