import { listManagedCommand } from '#shared/domain/commands-for.ts';
import { formatDestination } from '#shared/domain/destination.ts';
import type { Outcome } from '#shared/domain/outcome.ts';
import { REASONS } from '#shared/domain/outcome.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import { type HttpResponse, json, problem } from '#shared/runtime/http.ts';
import { rollbackData } from '#shared/steps/build-events.ts';
import type { RecordedDelivery } from '#shared/steps/record-outcomes.ts';
import type { AlertOutcome } from '#shared/steps/roll-back-alerts.ts';
import type { TriedPatch } from '#shared/steps/roll-back-by-hand.ts';

type Result = {
  readonly outcome: Outcome;
  readonly reason?: string | undefined;
  readonly message: string;
  readonly [more: string]: unknown;
};

/** 200 where the canary is at zero; 409 where it is not and no retry helps; 503 where one does. */
function answer(results: readonly Result[], more: Readonly<Record<string, unknown>> = {}): HttpResponse {
  const error = results.map(({ message }) => message).join(' ');
  if (results.some(({ outcome }) => outcome === 'pending')) {
    const next = `Send the request again${more['dryRun'] ? '' : ', with the same Idempotency-Key'}.`;
    return problem(503, `${error} ${next}`, { results, ...more });
  }
  const atZero = results.every(({ outcome }) => outcome === 'rolled-back' || outcome === 'already-zero');
  return atZero ? json(200, { results, ...more }) : problem(409, error, { results, ...more });
}

export function answerOfRecords(records: readonly RollbackRecord[]): HttpResponse {
  return answer(records.map(resultOfRecord));
}

function resultOfRecord(record: RollbackRecord): Result {
  const { outcome, reason, message, commands } = record;
  return { outcome, reason, message, commands, rollback: rollbackData(record) };
}

export function answerOfDelivery({ entries, faults }: RecordedDelivery, { context }: Cluster): HttpResponse {
  const results = entries.map(({ outcome, reason, message, commands, record }) => ({
    outcome,
    reason,
    message,
    commands,
    rollback: record && rollbackData(record),
  }));
  if (faults.length === 0) return answer(results);
  const words = results.map(({ message }) => message).join(' ');
  const next = 'It could not be recorded: send the request again, with the same Idempotency-Key.';
  return problem(503, `${words} ${next}`, { results, commands: [listManagedCommand(context)] });
}

type Tried = { readonly outcomes: readonly AlertOutcome[]; readonly patches: readonly TriedPatch[] };

/** Nothing was written: what would be, and what the API server says to it. */
export function answerOfTry({ outcomes, patches }: Tried): HttpResponse {
  return answer(outcomes.flatMap(resultsOf), { dryRun: true, patches });
}

function resultsOf(outcome: AlertOutcome): Result[] {
  if (outcome.kind === 'unresolved') {
    const { reason, message, commands } = outcome.said;
    return [{ outcome: REASONS[reason].outcome, reason, message, commands }];
  }
  return outcome.results.flatMap(({ result }) =>
    [...result.verdicts.values()].map(({ outcome: came, reason, message, commands }) => ({
      outcome: came,
      reason,
      message,
      commands,
      canary: formatDestination(result.target.canary),
      weights: result.members.flatMap(({ weights }) => weights),
      residual: result.residual,
    })),
  );
}
