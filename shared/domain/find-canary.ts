import { canaryByJournal } from './canary-by-journal.ts';
import { canaryByMarks } from './canary-by-marks.ts';
import { canaryByNames } from './canary-by-names.ts';
import { canaryByOwner } from './canary-by-owner.ts';
import { ambiguous, type CanaryAnswer, type CanaryQuestion, candidatesOf } from './canary-question.ts';

/**
 * Which destination of one object is the canary. A firing that has had its rollback keeps its canary. Else it is
 * declared or discovered, in this order: the object's marks, the Flagger Canary that owns it, the Argo Rollout that
 * names it, the alert's version while stable is marked, the names `canary` and `stable`/`primary`. Never inferred from
 * which weight is smaller: in the incident the canary had 99.
 */
export function findCanary(question: CanaryQuestion): CanaryAnswer {
  const { managed } = question;
  if (managed.marks.problems.length > 0) return { kind: 'invalid-marks', problems: managed.marks.problems };
  const acted = canaryByJournal(question);
  if (acted) return acted;
  const marked = canaryByMarks(question);
  if (marked && (marked.kind !== 'ambiguous' || managed.marks.canary)) return marked;
  const driven = canaryByOwner(question);
  if (driven) return driven;
  if (marked) return marked;
  const candidates = candidatesOf(managed, question.host);
  const named = canaryByNames(candidates) ?? canaryByNames([...candidates, ...managed.mirrored]);
  if (named) return { kind: 'found', by: 'names', ...named };
  return candidates.length > 1
    ? ambiguous(candidates, 'nothing says which destination is the canary')
    : { kind: 'no-canary' };
}
