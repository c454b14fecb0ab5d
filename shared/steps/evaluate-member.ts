import { readJournal } from '#shared/contracts/journal.ts';
import { firingOf } from '#shared/domain/alert.ts';
import { type Command, patchCommand } from '#shared/domain/command.ts';
import { labelModeCommand, removeMarkCommand, stableCommands } from '#shared/domain/commands-for.ts';
import { type DestinationKey, formatDestination } from '#shared/domain/destination.ts';
import { decideFiring, type FiringDecision } from '#shared/domain/firing-decision.ts';
import { aboutCanary, type Journal } from '#shared/domain/journal.ts';
import type { Edit } from '#shared/domain/json-patch.ts';
import { lastWriter } from '#shared/domain/last-writer.ts';
import type { Managed } from '#shared/domain/managed.ts';
import { describeProblems, MARK, type OnRevert } from '#shared/domain/marks.ts';
import { MODES, type Mode, modeOf } from '#shared/domain/mode.ts';
import { type Reason, verdictOf } from '#shared/domain/outcome.ts';
import { type Plan, plan } from '#shared/domain/plan.ts';
import type { Residual } from '#shared/domain/residual.ts';
import type { DestinationRule } from '#shared/domain/surroundings.ts';
import type { Claim } from '#shared/domain/target.ts';
import { journaledWeights, journaledZero, openEntryFor } from './journaled.ts';
import type { MemberResult, MemberVerdict } from './member-result.ts';

export type MemberQuestion = {
  readonly managed: Managed;
  readonly canary: DestinationKey;
  readonly stable?: DestinationKey | undefined;
  readonly rules: readonly DestinationRule[];
  readonly claims: readonly Claim[];
  /** The global mode: what the object's own is capped by. */
  readonly mode: Mode;
  /** What the settings say about a canary that was put back, where the object says nothing. */
  readonly onRevert?: OnRevert | undefined;
  /** Guard acts for what the journal holds, and for no firing that it does not. */
  readonly onlyHeld?: boolean | undefined;
  readonly now: number;
  readonly context?: string | undefined;
};

export type Served = { readonly claim: Claim; readonly decision: FiringDecision };

/** What is to be done about one object as it stands: nothing more, or a patch for the claims that may act. */
export type Evaluation = { readonly kind: 'settled'; readonly result: MemberResult } | ToPatch;

export type ToPatch = {
  readonly kind: 'to-patch';
  readonly edits: readonly Edit[];
  readonly journal: Journal;
  readonly served: readonly Served[];
  /** With the verdicts of the claims that may not act; those of the others follow the patch. */
  readonly soFar: MemberResult;
};

/** With the object's journal, read once. */
type Question = MemberQuestion & { readonly journal: Journal };

/** Weights decide; the journal only tells which firing may still act, and when the canary was at zero. */
export function evaluateMember(asked: MemberQuestion): Evaluation {
  const question = { ...asked, journal: readJournal(asked.managed.object, asked.now) };
  const { managed, canary, context } = question;
  const { object, marks, name } = managed;
  const refuse = (reason: Reason, message: string, commands: readonly Command[]) =>
    settle(question, reason, message, commands);
  if (marks.problems.length > 0) {
    return refuse(
      'invalid-marks',
      `${name}: ${describeProblems(marks.problems)}`,
      marks.problems.map((one) => removeMarkCommand(managed, one, context)),
    );
  }
  const mode = modeOf(object, question.mode);
  if (!mode) {
    const said = object.metadata.labels[MARK.mode] ?? '';
    return refuse(
      'invalid-mode',
      `${name}: the label ${MARK.mode} is ${JSON.stringify(said)}; allowed are ${MODES.join(', ')}.`,
      [labelModeCommand(object, context)],
    );
  }
  const planned = plan({
    object,
    canary,
    stable: question.stable,
    darkLaunch: marks.darkLaunch,
    rules: question.rules,
  });
  if (planned.kind === 'refused') {
    const reason = mode === 'observe' ? 'mode-observe' : planned.reason;
    const commands = stableCommands(managed, canary, question.rules, context);
    return refuse(reason, `${name}: ${planned.why}. Mark the right one with the annotation ${MARK.stable}.`, commands);
  }
  return planned.kind === 'nothing-to-do' ? atZero(question, planned.residual) : toPatch(question, planned, mode);
}

function settle(question: Question, reason: Reason, message: string, commands: readonly Command[]): Evaluation {
  const verdicts = new Map(question.claims.map(({ alert }) => [firingOf(alert), { ...verdictOf(reason), message }]));
  return { kind: 'settled', result: { ...empty(question), verdicts, commands } };
}

/** Nothing to send: our own rollback of this firing, with the journal's times, or somebody else's zero. */
function atZero(question: Question, residual: readonly Residual[]): Evaluation {
  const { managed, claims, now, canary } = question;
  const about = aboutCanary(question.journal, canary);
  const entries = claims.map(({ alert }) => ({
    firing: firingOf(alert),
    entry: openEntryFor(about, alert, now),
  }));
  const verdicts = entries.map(({ firing, entry }): [string, MemberVerdict] => {
    if (!entry)
      return [
        firing,
        { ...verdictOf('at-zero'), message: `${managed.name}: ${formatDestination(canary)} was at zero already.` },
      ];
    const zeroed = {
      at: journaledZero(managed.object, entry),
      precision: 'journal' as const,
      receivedAt: entry.receivedAt,
    };
    return [
      firing,
      { outcome: 'rolled-back', message: `${managed.name}: at zero since the rollback of this firing.`, zeroed, entry },
    ];
  });
  const newest = entries.find(({ entry }) => entry)?.entry;
  const weights = newest ? journaledWeights(managed.object, newest) : [];
  return { kind: 'settled', result: { ...empty(question), verdicts: new Map(verdicts), weights, residual } };
}

function toPatch(question: Question, planned: Extract<Plan, { kind: 'change' }>, mode: Mode): Evaluation {
  const { managed, canary, claims, now, context, journal } = question;
  const about = aboutCanary(journal, canary);
  const commands = [patchCommand(managed.object, planned.edits, context)];
  const verdicts = new Map<string, MemberVerdict>();
  const served: Served[] = [];
  for (const claim of claims) {
    const decision = decideFiring(about, firingOf(claim.alert), now);
    const reason = whyNot(decision, claim, mode, question);
    if (reason) verdicts.set(firingOf(claim.alert), leftAbove(managed, reason, decision));
    else served.push({ claim, decision });
  }
  const soFar = { ...empty(question), verdicts, residual: planned.residual, commands };
  return served.length === 0
    ? { kind: 'settled', result: soFar }
    : { kind: 'to-patch', edits: planned.edits, journal, served, soFar };
}

function leftAbove({ name, object }: Managed, reason: WhyNot, { kind }: FiringDecision): MemberVerdict {
  const verdict = { ...verdictOf(reason), message: `${name}: ${WHY_NOT[reason]}` };
  return kind === 'act' ? verdict : { ...verdict, reverted: lastWriter(object) };
}

type WhyNot = 'mode-observe' | 'already-acted' | 'contested' | 'weak-identity' | 'mode-suggest' | 'put-back';

function whyNot(
  decision: FiringDecision,
  claim: Claim,
  mode: Mode,
  { managed, onRevert, onlyHeld }: Question,
): WhyNot | undefined {
  if (mode === 'observe') return 'mode-observe';
  if (decision.kind === 'act' && onlyHeld) return 'already-acted';
  if (decision.kind === 'already-acted' || decision.kind === 'contested') return decision.kind;
  if (decision.kind === 'reassert' && (managed.marks.onRevert ?? onRevert) === 'page') return 'put-back';
  if (mode === 'suggest') return 'mode-suggest';
  return claim.weak ? 'weak-identity' : undefined;
}

const WHY_NOT: Readonly<Record<WhyNot, string>> = {
  'mode-observe': 'the mode is observe, so nothing was written.',
  'mode-suggest': 'the mode is suggest: run the command to take the canary to zero.',
  'weak-identity':
    'found by the labels service/app and namespace alone. Run the command, or let the rule say weightless_action: rollback or keep Istio’s destination_* labels.',
  'already-acted':
    'this firing has had its rollback, its hold is over, and the canary gets traffic again. Run the command if it should not.',
  'put-back': 'somebody put the canary back within the hold. Run the command if it should be at zero.',
  contested:
    'the canary was put back again and again within the hold. Find out who writes it (metadata.managedFields), then run the command.',
};

function empty({ managed, journal }: Question): MemberResult {
  const { ignored: journalIgnored } = journal;
  return { name: managed.name, verdicts: new Map(), weights: [], residual: [], commands: [], journalIgnored };
}
