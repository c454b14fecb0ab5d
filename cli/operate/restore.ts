import { API_HELP } from '#cli/api/api-options.ts';
import { reasonOf } from './confirm.ts';
import { describeMessage } from './describe.ts';
import { COMMON_HELP, EXIT_HELP, operateArguments } from './operate-options.ts';
import { runOperation } from './run-operation.ts';

const USAGE = 'weightless restore ID --reason TEXT';
const HELP = `${USAGE}: bring back what a rollback changed, and end its hold

  weightless restore 3fa1… --reason "v2 was not at fault"

Nothing is written where a VirtualService is not as the rollback left it: the difference is shown.

Options
  --reason TEXT       why: it is recorded, with the name of the token; on a terminal it is asked for
  --force             also where weights were changed since, as long as the routes hold the same destinations
${COMMON_HELP}
${API_HELP}

${EXIT_HELP}
`;

/** `weightless restore ID` */
export async function restore(args: string[]): Promise<void> {
  const given = operateArguments(args, USAGE, { force: { type: 'boolean' } });
  if (!given) return void process.stdout.write(HELP);
  const { operand: id, values, api } = given;
  const body = { reason: await reasonOf(values), force: values['force'] === true };
  await runOperation({
    send: (dryRun) =>
      api.post(`/v1/rollbacks/${encodeURIComponent(id)}/restore`, body, {
        query: { dryRun: dryRun ? 'true' : undefined },
      }),
    values,
    question: `Bring back what rollback ${id} changed?`,
    describe: describeMessage,
  });
}
