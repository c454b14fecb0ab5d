import { readJournal } from '#shared/contracts/journal.ts';
import { ReleaseRequestSchema } from '#shared/contracts/operate.ts';
import type { JournalEntry } from '#shared/domain/journal.ts';
import { isDnsLabel, isDnsSubdomain } from '#shared/domain/kubernetes-name.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { Cluster, PatchAnswer } from '#shared/ports/cluster.ts';
import { type HttpResponse, json, problem } from '#shared/runtime/http.ts';
import { startBudget, withRetries } from '#shared/steps/budget.ts';
import { recordEnded } from '#shared/steps/record-ended.ts';
import { type ReleaseParts, releaseByHand, type TriedRelease, tryRelease } from '#shared/steps/release-by-hand.ts';
import { deniedProblem, restoreProblem, showIt } from '#shared/steps/restore-words.ts';
import { clusterNamed, isResponse, unmanaged, withFaults } from './answers.ts';
import type { OperateContext, OperateDeps } from './operate-deps.ts';
import { readBody } from './read-body.ts';
import type { OperateRoute } from './route-of.ts';

type Hold = Omit<Extract<OperateRoute, { kind: 'release' }>, 'kind'>;

/** `POST /v1/holds/{cluster}/{namespace}/{name}/release`: the weights stay, and whoever deploys may change them. */
export async function release(hold: Hold, context: OperateContext, deps: OperateDeps): Promise<HttpResponse> {
  const { namespace, name } = hold;
  const read = readBody(context.event, ReleaseRequestSchema);
  if (read.kind === 'rejected') return read.response;
  if (!isDnsLabel(namespace) || !isDnsSubdomain(name))
    return problem(400, 'The path is /v1/holds/CLUSTER/NAMESPACE/VIRTUALSERVICE/release');
  const cluster = await clusterNamed(hold.cluster, deps);
  if (isResponse(cluster)) return cluster;
  const budget = startBudget(deps.clock, context.signal, context.receivedAt);
  const requester = { name: context.name, reason: read.body.reason };
  const parts: ReleaseParts = { ref: { namespace, name }, requester, cluster, budget };
  const commands = [showIt(`${namespace}/${name}`, cluster.context)];
  return withFaults(() => releaseIn(cluster, parts, context, deps), deps, commands);
}

async function releaseIn(
  cluster: Cluster,
  parts: ReleaseParts,
  { dryRun, signal }: OperateContext,
  deps: OperateDeps,
): Promise<HttpResponse> {
  const { ref, requester, budget } = parts;
  const virtualService = `${ref.namespace}/${ref.name}`;
  const object = await withRetries(budget, () => cluster.virtualServices.get(ref, budget.signal));
  if (!object || !Object.hasOwn(object.metadata.labels, MARK.mode)) return unmanaged(ref, object, cluster);
  if (dryRun) return answerOfTry(await tryRelease(object, parts), virtualService, cluster);
  const end = await releaseByHand(object, parts);
  const said = { cluster: cluster.name, virtualService, who: requester.name, why: requester.reason };
  switch (end.kind) {
    case 'released': {
      deps.log.info('A hold was released', said);
      const rollbackIds = await tell(end.ended, end.open);
      return json(200, { released: true, rollbackIds, message: `${virtualService} is held no more.` });
    }
    case 'unlabelled':
      deps.log.info('The label of a hold without a journal was removed', said);
      return json(200, { released: true, rollbackIds: [], message: `${virtualService} is held no more.` });
    case 'nothing-held': {
      // Whoever ended it, maybe this request the first time, may have died before the records had it.
      const { entries } = readJournal(end.object, deps.clock.now());
      const rollbackIds = await tell(entries.filter(({ ended }) => ended !== undefined));
      return json(200, { released: false, rollbackIds, message: `Nothing holds ${virtualService}.` });
    }
    case 'not-managed':
      return unmanaged(ref, object, cluster);
    case 'no-room':
      return refused(restoreProblem(virtualService, 'no-room', cluster), 409);
    case 'does-not-fit':
      return refused(restoreProblem(virtualService, 'conflict', cluster), 503);
    case 'refused':
      return refusedBy(end.answer, virtualService, cluster);
  }

  function tell(ended: readonly JournalEntry[], open: readonly JournalEntry[] = []): Promise<string[]> {
    const holds = { cluster: cluster.name, virtualService, ended, open };
    return recordEnded(holds, { log: deps.rollbackLog, clock: deps.clock }, signal);
  }
}

/** Nothing was written: what would be, and what the API server says to it. */
function answerOfTry(tried: TriedRelease, virtualService: string, cluster: Cluster): HttpResponse {
  switch (tried.kind) {
    case 'allowed': {
      const patches = [{ virtualService, patch: tried.operations }];
      return json(200, { dryRun: true, patches, message: `${virtualService} would be held no more.` });
    }
    case 'nothing-held':
      return json(200, { dryRun: true, patches: [], message: `Nothing holds ${virtualService}.` });
    case 'no-room':
      return refused(restoreProblem(virtualService, 'no-room', cluster), 409);
    case 'refused':
      return refusedBy(tried.answer, virtualService, cluster);
  }
}

function refusedBy(
  answer: Exclude<PatchAnswer, { kind: 'patched' }>,
  virtualService: string,
  cluster: Cluster,
): HttpResponse {
  return 'message' in answer
    ? refused(deniedProblem(virtualService, answer, cluster), 409)
    : refused(restoreProblem(virtualService, 'conflict', cluster), 503);
}

function refused({ message, problem: what, commands }: ReturnType<typeof restoreProblem>, status: 409 | 503) {
  return problem(status, message, { reason: what, commands });
}
