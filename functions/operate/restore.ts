import { type RestoreRequest, RestoreRequestSchema } from '#shared/contracts/operate.ts';
import { listManagedCommand } from '#shared/domain/commands-for.ts';
import { type RollbackRecord, UNKNOWN } from '#shared/domain/rollback-record.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import { type HttpResponse, json, problem } from '#shared/runtime/http.ts';
import { startBudget } from '#shared/steps/budget.ts';
import { rollbackData } from '#shared/steps/build-events.ts';
import { type EndedHolds, recordEnded } from '#shared/steps/record-ended.ts';
import { planRestore, type RestoreParts, type RestorePlan, restoreRollback } from '#shared/steps/restore-rollback.ts';
import { deniedProblem, type RestoreProblem, showIt } from '#shared/steps/restore-words.ts';
import { clusterNamed, isResponse, withFaults } from './answers.ts';
import type { OperateContext, OperateDeps } from './operate-deps.ts';
import { readBody } from './read-body.ts';

/** `POST /v1/rollbacks/{id}/restore`: brings back what one rollback changed, and ends its hold. */
export async function restore(id: string, context: OperateContext, deps: OperateDeps): Promise<HttpResponse> {
  const read = readBody(context.event, RestoreRequestSchema);
  if (read.kind === 'rejected') return read.response;
  return withFaults(async () => {
    const record = (await deps.rollbackLog.read([id], undefined, context.signal)).rollbacks.get(id);
    if (!record) return noSuchRollback(id);
    const cluster = await clusterNamed(record.cluster, deps);
    if (isResponse(cluster)) return cluster;
    const commands = record.virtualServices.map((name) => showIt(name, cluster.context));
    return withFaults(() => restoreIn(cluster, record, read.body, context, deps), deps, commands);
  }, deps);
}

async function restoreIn(
  cluster: Cluster,
  record: RollbackRecord,
  { reason, force }: RestoreRequest,
  context: OperateContext,
  deps: OperateDeps,
): Promise<HttpResponse> {
  if (record.outcome !== 'rolled-back' || record.canary === UNKNOWN) {
    const words = `The rollback ${record.id} is ${record.outcome}: nothing was changed, so there is nothing to undo`;
    return problem(409, words, { commands: [listManagedCommand(cluster.context)] });
  }
  const budget = startBudget(deps.clock, context.signal, context.receivedAt);
  const parts: RestoreParts = { record, requester: { name: context.name, reason }, force, cluster, budget };
  const plan = await planRestore(parts);
  if (plan.kind === 'blocked') return blocked(plan.problems);
  if (context.dryRun) return tryIt(plan, parts);
  const { done, problems } = await restoreRollback(plan.restorable, parts);
  const holds = [
    ...done.map(({ name, released: { ended, open } }) => ({ virtualService: name, ended, open })),
    ...plan.restored.map(({ name, ended }) => ({ virtualService: name, ended, open: [] })),
  ];
  deps.log.info('A rollback was restored', {
    rollbackId: record.id,
    who: context.name,
    why: reason,
    force,
    virtualServices: done.map(({ name }) => name),
    problems: problems.map(({ message }) => message),
  });
  await tell(holds, cluster, context, deps);
  if (problems.length > 0)
    return blocked(
      problems,
      done.map(({ name }) => name),
    );
  const { rollbacks } = await deps.rollbackLog.read([record.id], undefined, context.signal);
  return json(200, {
    restored: done.map(({ name }) => name),
    restoredBefore: plan.restored.map(({ name }) => name),
    message: messageOf(plan, done.length),
    rollback: rollbackData(rollbacks.get(record.id) ?? record),
  });
}

/** The journal says it already: where this does not get to the store, guard tells the same. */
async function tell(
  holds: readonly Omit<EndedHolds, 'cluster'>[],
  { name: cluster }: Cluster,
  { signal }: OperateContext,
  { rollbackLog: log, clock }: OperateDeps,
): Promise<void> {
  for (const one of holds) await recordEnded({ cluster, ...one }, { log, clock }, signal);
}

function messageOf({ restored }: Extract<RestorePlan, { kind: 'ready' }>, done: number): string {
  if (done > 0)
    return 'The canary gets what it had before; this firing of the alert does not act again, a new one does.';
  return restoredBefore(restored);
}

function restoredBefore(restored: Extract<RestorePlan, { kind: 'ready' }>['restored']): string {
  return `It was restored before, ${restored.map(({ ended }) => wordsOf(ended[0]?.ended)).join(', ')}.`;
}

function wordsOf(end: EndedHolds['ended'][number]['ended']): string {
  return end ? `by ${end.by ?? 'somebody'} at ${new Date(end.at).toISOString()}` : 'by somebody';
}

/** The API server decides about each patch, and keeps nothing. */
async function tryIt(
  { restorable, restored }: Extract<RestorePlan, { kind: 'ready' }>,
  { cluster, budget }: RestoreParts,
): Promise<HttpResponse> {
  const answers = await Promise.all(
    restorable.map(({ object, operations }) =>
      cluster.virtualServices.patch(object.metadata, operations, budget.signal, { dryRun: true }),
    ),
  );
  const denied = answers.flatMap((answer, index) =>
    'message' in answer ? [deniedProblem(restorable[index]?.name ?? '', answer, cluster)] : [],
  );
  if (denied.length > 0) return blocked(denied);
  return json(200, {
    dryRun: true,
    restoredBefore: restored.map(({ name }) => name),
    message: restorable.length > 0 ? 'The canary would get what it had before.' : restoredBefore(restored),
    patches: restorable.map(({ name, operations, weights }) => ({ virtualService: name, patch: operations, weights })),
  });
}

function blocked(problems: readonly RestoreProblem[], restored: readonly string[] = []): HttpResponse {
  const first = restored.length > 0 ? `Restored: ${restored.join(', ')}. ` : '';
  const words = first + problems.map(({ message }) => message).join(' ');
  const status = problems.some(({ problem: what }) => what === 'conflict') ? 503 : 409;
  const commands = problems.flatMap((one) => one.commands);
  return problem(status, words, { problems, restored, commands });
}

function noSuchRollback(id: string): HttpResponse {
  const given = JSON.stringify(id.slice(0, 100));
  return problem(404, `No rollback has this id (64 hex digits): ${given}; GET /v1/rollbacks lists them`);
}
