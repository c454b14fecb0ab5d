import { API_HELP } from '#cli/api/api-options.ts';
import { CliError } from '#cli/cli-error.ts';
import { reasonOf } from './confirm.ts';
import { describeMessage } from './describe.ts';
import { COMMON_HELP, EXIT_HELP, operateArguments } from './operate-options.ts';
import { runOperation } from './run-operation.ts';

const USAGE = 'weightless release CLUSTER/NAMESPACE/VIRTUALSERVICE --reason TEXT';
const HELP = `${USAGE}: end the hold on its canary

  weightless release production-eu/shop/payments --reason "v3 is out"

The weights stay as they are; whoever deploys may change them from then on.

Options
  --reason TEXT       why: it is recorded, with the name of the token; on a terminal it is asked for
${COMMON_HELP}
${API_HELP}

${EXIT_HELP}
`;

/** `weightless release CLUSTER/NAMESPACE/VIRTUALSERVICE` */
export async function release(args: string[]): Promise<void> {
  const given = operateArguments(args, USAGE);
  if (!given) return void process.stdout.write(HELP);
  const { operand, values, api } = given;
  // The name of a cluster may hold slashes.
  const [, cluster, namespace, name] = /^(.+)\/([^/]+)\/([^/]+)$/.exec(operand) ?? [];
  if (!cluster || !namespace || !name)
    throw new CliError(`${JSON.stringify(operand)} is no CLUSTER/NAMESPACE/VIRTUALSERVICE. Try --help`);
  const path = `/v1/holds/${[cluster, namespace, name].map(encodeURIComponent).join('/')}/release`;
  const body = { reason: await reasonOf(values) };
  await runOperation({
    send: (dryRun) => api.post(path, body, { query: { dryRun: dryRun ? 'true' : undefined } }),
    values,
    question: `End the hold on ${namespace}/${name} in ${cluster}?`,
    describe: describeMessage,
  });
}
