import { randomUUID } from 'node:crypto';
import { API_HELP } from '#cli/api/api-options.ts';
import { CliError, EXIT } from '#cli/cli-error.ts';
import { reasonOf } from './confirm.ts';
import { describeRollback } from './describe.ts';
import { COMMON_HELP, EXIT_HELP, needed, operateArguments } from './operate-options.ts';
import { runOperation } from './run-operation.ts';

const USAGE = 'weightless rollback NAMESPACE/VIRTUALSERVICE --cluster NAME --reason TEXT';
const HELP = `${USAGE}: take its canary to zero, by hand

  weightless rollback shop/payments --cluster production-eu --reason "v2 answers nonsense"

Options
  --cluster NAME      as the settings name it
  --reason TEXT       why: it is recorded, with the name of the token; on a terminal it is asked for
  --canary DEST       host/subset, or a word that is either, where nothing marks the canary
  --key KEY           that of an earlier try, to go on with it (default: a new one)
${COMMON_HELP}
${API_HELP}

${EXIT_HELP}
`;

/** `weightless rollback NAMESPACE/VIRTUALSERVICE` */
export async function rollback(args: string[]): Promise<void> {
  const given = operateArguments(args, USAGE, {
    cluster: { type: 'string' },
    canary: { type: 'string' },
    key: { type: 'string' },
  });
  if (!given) return void process.stdout.write(HELP);
  const { operand, values, api } = given;
  const [namespace, virtualService, ...more] = operand.split('/');
  if (!namespace || !virtualService || more.length > 0)
    throw new CliError(`${JSON.stringify(operand)} is no NAMESPACE/VIRTUALSERVICE. Try --help`);
  const cluster = needed(values, 'cluster', 'NAME');
  const { canary } = values;
  const body = { cluster, namespace, virtualService, reason: await reasonOf(values), canary };
  const key = typeof values['key'] === 'string' ? values['key'] : randomUUID();
  const headers = { 'idempotency-key': key };
  try {
    await runOperation({
      send: (dryRun) => api.post('/v1/rollbacks', body, { headers, query: { dryRun: dryRun ? 'true' : undefined } }),
      values,
      question: `Take the canary of ${operand} in ${cluster} to zero?`,
      describe: describeRollback,
    });
  } catch (error) {
    if (error instanceof CliError && error.exitCode === EXIT.retry) tellKey(key);
    throw error;
  }
  if (process.exitCode === EXIT.retry) tellKey(key);
}

/** Whether it was done is not known then: only under the same key is it one rollback. */
function tellKey(key: string): void {
  process.stderr.write(`To go on with the same rollback, add --key ${key}\n`);
}
