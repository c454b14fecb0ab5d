import { readJournal } from '#shared/contracts/journal.ts';
import type { RollbackRequest } from '#shared/contracts/operate.ts';
import { type Alert, firingOf } from '#shared/domain/alert.ts';
import { VIRTUAL_SERVICE_DIRECTIVE } from '#shared/domain/identify-alert.ts';
import { parseFiring } from '#shared/domain/journaled-firing.ts';
import type { PatchOperation } from '#shared/domain/json-patch.ts';
import { askedAnnotations, CANARY_DIRECTIVE, MANUAL_PREFIX } from '#shared/domain/manual.ts';
import type { Requester, RollbackRecord } from '#shared/domain/rollback-record.ts';
import { isUnfinished } from '#shared/domain/unfinished.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { KeyedRequest } from '#shared/ports/request-log.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import type { Budget } from './budget.ts';
import { sha256 } from './digest.ts';
import { type RecordedDelivery, recordOutcomes } from './record-outcomes.ts';
import type { RecordDeps } from './record-rollbacks.ts';
import { type AlertOutcome, type RollbackPolicy, rollBackAlerts } from './roll-back-alerts.ts';

/** What a person's request is known by: the name of the token, so that two may use the same key, and the key. */
export function requestOf(key: string, { name }: Requester, asked: RollbackRequest, receivedAt: number): KeyedRequest {
  const { cluster, namespace, virtualService, canary = '', reason } = asked;
  const digest = sha256(JSON.stringify([cluster, namespace, virtualService, canary, reason]));
  return { key: sha256(JSON.stringify([name, key])), receivedAt, digest };
}

export type ByHand = {
  readonly asked: RollbackRequest;
  readonly requester: Requester;
  readonly request: KeyedRequest;
  readonly cluster: Cluster;
  /** The object as it was found, if it could be read. */
  readonly object?: VirtualService | undefined;
  readonly policy: RollbackPolicy;
  readonly budget: Budget;
  readonly receivedAt: number;
  readonly onConflict: () => void;
};

/** The request as an alert: the steps, records and events of a rollback by hand are those of any other. */
export function alertOfRequest({ asked, requester, request, object, policy }: ByHand): Alert {
  const fingerprint = `${MANUAL_PREFIX}${request.key.slice(0, 32)}`;
  const { cluster, namespace, virtualService, canary } = asked;
  return {
    status: 'firing',
    fingerprint,
    startsAt: startOf(fingerprint, object) ?? request.receivedAt,
    labels: {
      alertname: 'ByHand',
      [policy.clusterLabel]: cluster,
      [VIRTUAL_SERVICE_DIRECTIVE]: `${namespace}/${virtualService}`,
      ...(canary === undefined ? {} : { [CANARY_DIRECTIVE]: canary }),
    },
    annotations: askedAnnotations(requester),
  };
}

/** Where the store has forgotten, or does not answer, the journal knows which request it was. */
function startOf(fingerprint: string, object: VirtualService | undefined): number | undefined {
  const firings = object ? readJournal(object).entries.flatMap(({ alerts }) => alerts) : [];
  return firings.map(parseFiring).find((firing) => firing?.fingerprint === fingerprint)?.startsAt;
}

/** Everything that a person names is chosen: settings are about alerts. */
const ANY = { selector: [[]], never: [] };

/**
 * Takes the canary to zero and records it, by the steps of an alert. `remembered` is what the store has under the key,
 * asked for only then: nothing where it cannot say.
 */
export async function rollBackByHand(
  byHand: ByHand,
  remembered: () => Promise<KeyedRequest | undefined>,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<RecordedDelivery> {
  const { requester, receivedAt, policy, request } = byHand;
  const facts = { receivedAt, truncatedAlerts: 0, slaMs: policy.slaMs, requestedBy: requester };
  const outcomes = await zero(byHand, byHand.cluster);
  const known = await remembered();
  const { startsAt } = alertOfRequest(byHand);
  const isUnknown = startsAt === request.receivedAt && known?.receivedAt !== startsAt;
  if (isUnknown && !outcomes.some(isDone)) return recordOutcomes(outcomes, facts, { ...deps, log: UNWRITTEN }, signal);
  const recorded = await recordOutcomes(outcomes, facts, deps, signal);
  if (isUnknown && known) await endEarlier({ ...byHand, request: known }, facts, deps, signal);
  return recorded;
}

/** The journal has it, and gives it back when the request comes again. */
function isDone(outcome: AlertOutcome): boolean {
  if (outcome.kind !== 'targets') return false;
  return outcome.results.some(({ result }) =>
    [...result.verdicts.values()].some((verdict) => verdict.outcome === 'rolled-back'),
  );
}

const unwritten = async () =>
  Promise.reject(
    new StoreFault('The key of the request is not remembered: a record would stand beside that of the next try'),
  );

/** Nothing was changed, and the next try has another start: what is recorded of this one nobody would ever mend. */
const UNWRITTEN: RecordDeps['log'] = {
  read: unwritten,
  commit: unwritten,
  ofFiring: unwritten,
  recent: unwritten,
  unfinished: unwritten,
};

/** The first try was recorded as pending, and this one acted before the store could say so: what is pending ends with it. */
async function endEarlier(
  byHand: ByHand,
  facts: Parameters<typeof recordOutcomes>[1],
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<void> {
  const earlier = { ...byHand, object: undefined };
  const records = await deps.log.ofFiring(firingOf(alertOfRequest(earlier)), signal);
  if (!records.some(isUnfinished)) return;
  await recordOutcomes(await zero(earlier, byHand.cluster), facts, deps, signal);
}

export type TriedPatch = { readonly virtualService: string; readonly patch: readonly PatchOperation[] };

/** What a rollback would do: the API server decides about each patch, and nothing is kept or recorded. */
export async function tryByHand(
  byHand: ByHand,
): Promise<{ readonly outcomes: readonly AlertOutcome[]; readonly patches: readonly TriedPatch[] }> {
  const patches = new Map<string, TriedPatch>();
  const { virtualServices } = byHand.cluster;
  const dry: Cluster = {
    ...byHand.cluster,
    virtualServices: {
      ...virtualServices,
      patch(ref, operations, signal) {
        const virtualService = `${ref.namespace}/${ref.name}`;
        patches.set(virtualService, { virtualService, patch: operations });
        return virtualServices.patch(ref, operations, signal, { dryRun: true });
      },
    },
  };
  return { outcomes: await zero(byHand, dry, true), patches: [...patches.values()] };
}

function zero(byHand: ByHand, cluster: Cluster, dryRun = false): Promise<AlertOutcome[]> {
  const { policy, budget, receivedAt, onConflict } = byHand;
  return rollBackAlerts([alertOfRequest(byHand)], {
    clusters: [cluster],
    policy: { ...policy, rules: ANY },
    budget,
    receivedAt,
    onConflict,
    dryRun,
  });
}

/** What the request came to before, where that was final: it is answered the same, whatever has become of it. */
export async function answeredBefore(
  byHand: ByHand,
  { log }: RecordDeps,
  signal: AbortSignal,
): Promise<readonly RollbackRecord[]> {
  const known = await log.ofFiring(firingOf(alertOfRequest(byHand)), signal);
  const current = known.filter(({ supersededBy }) => supersededBy === undefined);
  return current.every(({ outcome, reason }) => outcome !== 'pending' && reason !== 'unreachable') ? current : [];
}
