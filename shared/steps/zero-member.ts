import { type Managed, readManaged } from '#shared/domain/managed.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { Member } from '#shared/domain/target.ts';
import { ClusterFault } from '#shared/ports/cluster.ts';
import { type Budget, withRetries } from './budget.ts';
import { buildPatch, needsFluxHold } from './build-patch.ts';
import { type Evaluation, evaluateMember, type ToPatch } from './evaluate-member.ts';
import { faultReason } from './fault-words.ts';
import { nextEntries } from './journal-entries.ts';
import type { MemberResult } from './member-result.ts';
import { notReady, type Sent, settlePatch, stopped } from './settle-patch.ts';
import type { TargetContext } from './zero-target.ts';

export type MemberContext = TargetContext & {
  readonly member: Member;
  /** Asked only when a patch is about to be sent. */
  readonly stableNotReady: () => Promise<boolean>;
  /** Only for firings that the journal holds. */
  readonly onlyHeld?: boolean | undefined;
};

/** Reads again, plans again and sends again at most this often: others write the object, or it is another than we read. */
const MAX_REREADS = { 'bad-path': 1, conflict: 5 } as const;

/**
 * Takes the canary to zero in one object. Never throws: what the cluster did not let us do is a verdict. undefined where
 * the object is gone, or no longer opted in: nothing is left to do there.
 */
export async function zeroMember(context: MemberContext): Promise<MemberResult | undefined> {
  let managed: Managed | undefined = context.member.managed;
  const rereads = { 'bad-path': 0, conflict: 0 };
  try {
    while (managed) {
      const attempt = await tryOnce(managed, context);
      if (attempt.kind === 'settled') return attempt.result;
      if (rereads[attempt.because] >= MAX_REREADS[attempt.because]) return attempt.givenUp;
      rereads[attempt.because] += 1;
      context.onConflict();
      await standBack(rereads.conflict, context.budget);
      managed = await readAgain(managed, context);
    }
    return undefined;
  } catch (fault) {
    if (!(fault instanceof ClusterFault)) throw fault;
    return allStopped(context, fault);
  }
}

/** Beside one other writer the next try wins; against one that writes in a loop, only another rhythm does. */
async function standBack(conflicts: number, { clock, signal }: Budget): Promise<void> {
  if (conflicts > 1) await clock.sleep(Math.random() * FIRST_PAUSE_MS * 2 ** conflicts, signal).catch(() => undefined);
}

const FIRST_PAUSE_MS = 10;

type Attempt =
  | { readonly kind: 'settled'; readonly result: MemberResult }
  /** The object is another than the one we read; `givenUp` is the result where it may not be read again. */
  | { readonly kind: 'read-again'; readonly because: keyof typeof MAX_REREADS; readonly givenUp: MemberResult };

async function tryOnce(managed: Managed, context: MemberContext): Promise<Attempt> {
  const evaluation = evaluate(managed, context);
  if (evaluation.kind === 'settled') return evaluation;
  if (managed.marks.requireReadyStable && (await context.stableNotReady())) {
    return { kind: 'settled', result: notReady(evaluation, managed) };
  }
  const sent = await send(managed, evaluation, context);
  const result = settlePatch(sent, evaluation, managed, context);
  if (result) return { kind: 'settled', result };
  if (sent.answer.kind === 'bad-path') {
    const givenUp = stopped(
      evaluation,
      'rejected',
      `${managed.name}: the API server refused the patch: ${sent.answer.message}`,
    );
    return { kind: 'read-again', because: 'bad-path', givenUp };
  }
  const givenUp = stopped(
    evaluation,
    'conflict',
    `${managed.name} kept changing: ${MAX_REREADS.conflict + 1} patches met another writer’s.`,
  );
  return { kind: 'read-again', because: 'conflict', givenUp };
}

function evaluate(managed: Managed, context: MemberContext): Evaluation {
  const { target, member, claims, mode, onRevert, onlyHeld, budget, view } = context;
  const { canary, rules } = target;
  return evaluateMember({
    managed,
    canary,
    stable: member.stable,
    rules,
    claims,
    mode,
    onRevert,
    onlyHeld,
    now: budget.clock.now(),
    context: view.cluster.context,
  });
}

async function send({ object, marks }: Managed, evaluation: ToPatch, context: MemberContext): Promise<Sent> {
  const { target, view, budget, receivedAt } = context;
  const { clock, signal } = budget;
  const { edits, journal, served } = evaluation;
  return withRetries(budget, async () => {
    const entries = nextEntries({
      object,
      edits,
      journal,
      served,
      cluster: target.cluster,
      canary: target.canary,
      receivedAt,
      sentAt: clock.now(),
      holdMs: marks.holdMs ?? context.holdMs,
      flux: needsFluxHold(object),
    });
    const answer = await view.cluster.virtualServices.patch(
      object.metadata,
      buildPatch(object, edits, entries),
      signal,
    );
    return { answer, entries, at: clock.now() };
  });
}

async function readAgain({ object }: Managed, { view, budget }: MemberContext): Promise<Managed | undefined> {
  const found = await withRetries(budget, () => view.cluster.virtualServices.get(object.metadata, budget.signal));
  return found && Object.hasOwn(found.metadata.labels, MARK.mode) ? readManaged([found])[0] : undefined;
}

/** As far as the journal tells, firings that may not act keep their verdict; the others wait for the cluster. */
function allStopped(context: MemberContext, fault: ClusterFault): MemberResult {
  const { reason, message } = faultReason(fault);
  const { managed } = context.member;
  const evaluation = evaluate(managed, context);
  return evaluation.kind === 'to-patch'
    ? stopped(evaluation, reason, `${managed.name}: ${message}`)
    : evaluation.result;
}
