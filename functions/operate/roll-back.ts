import { setTimeout as sleep } from 'node:timers/promises';
import { IDEMPOTENCY_KEY, type RollbackRequest, RollbackRequestSchema } from '#shared/contracts/operate.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { Requester } from '#shared/domain/rollback-record.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import { type Cluster, ClusterFault, type ObjectRef } from '#shared/ports/cluster.ts';
import type { KeyedRequest } from '#shared/ports/request-log.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { type HttpResponse, header, problem } from '#shared/runtime/http.ts';
import { type Budget, startBudget, withRetries } from '#shared/steps/budget.ts';
import type { RecordedDelivery } from '#shared/steps/record-outcomes.ts';
import { answeredBefore, type ByHand, requestOf, rollBackByHand, tryByHand } from '#shared/steps/roll-back-by-hand.ts';
import { clusterNamed, isResponse, unmanaged, withFaults } from './answers.ts';
import type { OperateContext, OperateDeps } from './operate-deps.ts';
import { readBody } from './read-body.ts';
import { answerOfDelivery, answerOfRecords, answerOfTry } from './rollback-answers.ts';

/** The store knows whether the request was here before; a rollback waits no longer for it. A new connection takes some 300 ms. */
const CLAIM_WITHIN_MS = 1000;

/** `POST /v1/rollbacks`: the steps of an alert, on a person's word. */
export async function rollBack(context: OperateContext, deps: OperateDeps): Promise<HttpResponse> {
  const { event, dryRun } = context;
  const read = readBody(event, RollbackRequestSchema);
  if (read.kind === 'rejected') return read.response;
  const key = header(event, 'idempotency-key') ?? (dryRun ? 'dry-run' : '');
  if (!IDEMPOTENCY_KEY.test(key)) {
    return problem(
      400,
      'Send Idempotency-Key: 1 to 128 visible ASCII characters, new for each rollback. The same key again is the same rollback, so that a request whose answer was lost can be sent again',
    );
  }
  const cluster = await clusterNamed(read.body.cluster, deps);
  if (isResponse(cluster)) return cluster;
  return withFaults(() => rollBackIn(cluster, read.body, key, context, deps), deps);
}

async function rollBackIn(
  cluster: Cluster,
  asked: RollbackRequest,
  key: string,
  context: OperateContext,
  deps: OperateDeps,
): Promise<HttpResponse> {
  const { receivedAt, dryRun, signal } = context;
  const requester: Requester = { name: context.name, reason: asked.reason };
  const budget = startBudget(deps.clock, signal, receivedAt);
  const own = requestOf(key, requester, asked, receivedAt);
  const ref = { namespace: asked.namespace, name: asked.virtualService };
  const claimed = dryRun ? Promise.resolve(own) : claim(own, deps, signal);
  const [request = own, object] = await Promise.all([soon(claimed), lookAt(ref, cluster, budget)]);
  if (request.digest !== own.digest)
    return problem(422, 'This Idempotency-Key was used for another request. Send this one with a key of its own');
  const byHand: ByHand = {
    ...{ asked, requester, request, cluster, budget, receivedAt },
    object: object === 'unread' ? undefined : object,
    policy: policyOf(context),
    onConflict: () => deps.meter.count('ConflictRetries'),
  };
  const records = request.receivedAt === own.receivedAt ? [] : await answered(byHand, deps, signal);
  if (records.length > 0) return answerOfRecords(records);
  if (object !== 'unread' && !isManaged(object)) return unmanaged(ref, object, cluster);
  if (dryRun) return answerOfTry(await tryByHand(byHand));
  const remembered = async () => (await claimed) ?? claim(own, deps, signal);
  const delivery = await rollBackByHand(byHand, remembered, { log: deps.rollbackLog, clock: deps.clock }, signal);
  report(delivery, byHand, deps);
  return answerOfDelivery(delivery, cluster);
}

function policyOf({ settings }: OperateContext): ByHand['policy'] {
  const { mode, sla: slaMs, hold: holdMs, onRevert, alerts: rules } = settings;
  return { rules, mode, clusterLabel: rules.clusterLabel, slaMs, holdMs, onRevert };
}

function report(
  { entries, faults }: RecordedDelivery,
  { asked, requester }: ByHand,
  { log, meter }: OperateDeps,
): void {
  for (const { outcome, reason, message, record } of entries) {
    // What the request lacks is told to whoever sent it: that is no alarm.
    if (outcome !== 'refused') meter.count('RollbackOutcome', { outcome, reason: reason ?? 'none' });
    const about = {
      outcome,
      reason: undefined,
      verdict: reason,
      detail: message.slice(0, 1000),
      rollbackId: record?.id,
    };
    log.info('A rollback by hand', { ...asked, who: requester.name, why: requester.reason, ...about });
  }
  for (const { message } of faults) log.error('A rollback by hand could not be recorded', { cause: message });
}

/** Whoever sends the same key twice is told so; a store that is down, or slow, stops no rollback: the journal knows it, too. */
async function claim(
  own: KeyedRequest,
  { requestLog, log }: OperateDeps,
  signal: AbortSignal,
): Promise<KeyedRequest | undefined> {
  try {
    return await requestLog.claim(own, signal);
  } catch (fault) {
    if (!(fault instanceof StoreFault)) throw fault;
    log.warn('The key of a request cannot be remembered', { cause: fault.message });
    return undefined;
  }
}

/** Nothing where it takes longer: it goes on beside what is done meanwhile. */
async function soon(claimed: Promise<KeyedRequest | undefined>): Promise<KeyedRequest | undefined> {
  const waiting = new AbortController();
  const late = sleep(CLAIM_WITHIN_MS, undefined, { signal: waiting.signal }).catch(() => undefined);
  try {
    return await Promise.race([claimed, late]);
  } finally {
    waiting.abort();
  }
}

/** A cluster that does not answer is told of by the steps, which record it. */
async function lookAt(
  ref: ObjectRef,
  { virtualServices }: Cluster,
  budget: Budget,
): Promise<VirtualService | undefined | 'unread'> {
  try {
    return await withRetries(budget, () => virtualServices.get(ref, budget.signal));
  } catch (fault) {
    if (fault instanceof ClusterFault) return 'unread';
    throw fault;
  }
}

/** Where the store does not say what it came to, it is done again: what is at zero stays there. */
async function answered(byHand: ByHand, { rollbackLog, clock, log }: OperateDeps, signal: AbortSignal) {
  try {
    return await answeredBefore(byHand, { log: rollbackLog, clock }, signal);
  } catch (fault) {
    if (!(fault instanceof StoreFault)) throw fault;
    log.warn('What a request came to before cannot be read', { cause: fault.message });
    return [];
  }
}

function isManaged(object: VirtualService | undefined): object is VirtualService {
  return object !== undefined && Object.hasOwn(object.metadata.labels, MARK.mode);
}
