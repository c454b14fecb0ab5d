import { canaryByJournal } from './canary-by-journal.ts';
import { canaryByMarks } from './canary-by-marks.ts';
import { canaryByNames } from './canary-by-names.ts';
import { canaryByOwner } from './canary-by-owner.ts';
import { ambiguous, type CanaryAnswer, type CanaryQuestion, candidatesOf } from './canary-question.ts';
import { sameDestination } from './destination.ts';
import { namedCanary } from './manual.ts';

/**
 * Which destination of one object is the canary. A firing that has had its rollback keeps its canary. Else it is
 * declared or discovered, in this order: the object's marks, the Flagger Canary that owns it, the Argo Rollout that
 * names it, the alert's version while stable is marked, the names `canary` and `stable`/`primary`. Never inferred from
 * which weight is smaller: in the incident the canary had 99.
 */
export function findCanary(question: CanaryQuestion): CanaryAnswer {
  const { managed } = question;
  if (managed.marks.problems.length > 0) return { kind: 'invalid-marks', problems: managed.marks.problems };
  const acted = canaryByPerson(question) ?? canaryByJournal(question);
  if (acted) return acted;
  const marked = canaryByMarks(question);
  if (marked && (marked.kind !== 'ambiguous' || managed.marks.canary)) return marked;
  return canaryByOwner(question) ?? marked ?? discovered(question);
}

function discovered({ managed, host }: CanaryQuestion): CanaryAnswer {
  const candidates = candidatesOf(managed, host);
  const named = canaryByNames(candidates) ?? canaryByNames([...candidates, ...managed.mirrored]);
  if (named) return { kind: 'found', by: 'names', ...named };
  return candidates.length > 1
    ? ambiguous(candidates, 'nothing says which destination is the canary')
    : { kind: 'no-canary' };
}

/** A person's word is as good as a mark, and no better; stable is looked for as beside one. */
function canaryByPerson(question: CanaryQuestion): CanaryAnswer | undefined {
  const { managed, alert } = question;
  const canary = namedCanary(alert);
  if (!canary) return undefined;
  const marks = { ...managed.marks, canary };
  const named = canaryByMarks({ ...question, managed: { ...managed, marks } }) ?? { kind: 'no-canary' };
  // It is the request that is wrong, not the object's marks.
  if (named.kind === 'invalid-marks')
    return ambiguous(managed.destinations, 'the canary that was named is its stable, or none of its destinations');
  const marked = managed.marks.canary && canaryByMarks(question);
  if (named.kind !== 'found' || marked?.kind !== 'found' || sameDestination(named.canary, marked.canary)) return named;
  return ambiguous([marked.canary, named.canary], 'the object marks another canary than the one that was named');
}
