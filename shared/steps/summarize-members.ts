import type { Command } from '#shared/domain/command.ts';
import { formatDestination } from '#shared/domain/destination.ts';
import type { Writer } from '#shared/domain/journal.ts';
import { type Outcome, type Verdict, verdictOf } from '#shared/domain/outcome.ts';
import type { Target } from '#shared/domain/target.ts';
import type { MemberResult, MemberVerdict } from './member-result.ts';

/** What one firing came to over all members of its target. */
export type TargetVerdict = Verdict & {
  readonly message: string;
  readonly commands: readonly Command[];
  /** Set where every member is at zero: when the last one was. */
  readonly zeroed?: MemberVerdict['zeroed'];
  /** How often members were put back and taken to zero again, as their journals count it. */
  readonly reasserts?: number | undefined;
  readonly reverted?: Writer | undefined;
  /** Epoch ms. */
  readonly holdUntil?: number | undefined;
};

/** The canary is at zero only where it is in every member; else the first of these that any member says stands for all. */
const STANDS_FOR_ALL: readonly Outcome[] = ['pending', 'failed', 'refused', 'suggested', 'observed'];

/** Several VirtualServices may hold one canary: what failed is named, and a retry completes the rest. */
export function summarize(members: readonly MemberResult[], firing: string, target: Target): TargetVerdict {
  const told = members.flatMap(({ verdicts, commands }) => {
    const verdict = verdicts.get(firing);
    return verdict ? [{ verdict, commands }] : [];
  });
  const open = STANDS_FOR_ALL.map((outcome) => told.find(({ verdict }) => verdict.outcome === outcome)).find(
    (one) => one,
  );
  if (open) {
    const rest = told.filter(({ verdict }) => STANDS_FOR_ALL.includes(verdict.outcome));
    const message = told.map(({ verdict }) => verdict.message).join(' ');
    const { outcome, reason } = open.verdict;
    if (outcome === 'rolled-back') throw new Error('A rollback cannot stand for an unfinished target');
    const { reverted } = open.verdict;
    return { outcome, reason, message, commands: rest.flatMap(({ commands }) => commands), reverted };
  }
  const verdicts = told.map(({ verdict }) => verdict);
  const zeroed = lastZero(verdicts);
  const message =
    verdicts.map((one) => one.message).join(' ') ||
    `No managed VirtualService routes to ${formatDestination(target.canary)} any more.`;
  if (!zeroed) return { ...verdictOf('at-zero'), message, commands: [] };
  const entries = verdicts.map(({ entry }) => entry).filter((entry) => entry !== undefined);
  return {
    outcome: 'rolled-back',
    message,
    commands: [],
    zeroed,
    reasserts: entries.reduce((total, { reasserts }) => total + reasserts, 0),
    reverted: entries.map(({ reverted }) => reverted).find((one) => one),
    holdUntil: entries.length > 0 ? Math.max(...entries.map(({ holdUntil }) => holdUntil)) : undefined,
  };
}

/** The canary is at zero when its last member is; received when the first patch's delivery was. */
function lastZero(verdicts: readonly MemberVerdict[]): TargetVerdict['zeroed'] {
  const zeros = verdicts.map(({ zeroed }) => zeroed).filter((one) => one !== undefined);
  const last = zeros.toSorted((a, b) => b.at - a.at)[0];
  return last && { ...last, receivedAt: Math.min(...zeros.map(({ receivedAt }) => receivedAt)) };
}
