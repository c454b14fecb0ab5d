import { API_HELP } from '#cli/api/api-options.ts';
import { wholeId } from '#cli/api/whole-id.ts';
import { reasonOf } from './confirm.ts';
import { describeMessage } from './describe.ts';
import { COMMON_HELP, EXIT_HELP, operateArguments } from './operate-options.ts';
import { runOperation } from './run-operation.ts';

const USAGE = 'weightless restore ID --reason TEXT';
const HELP = `${USAGE}: bring back what a rollback changed, and end its hold

  weightless restore 3fa1b2c4d5e6 --reason "v2 was not at fault"

ID is the rollback's whole id (64 hex digits), or what it begins with, as weightless list shows it: at least 8 digits.
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
  const { operand, values, api } = given;
  const body = { reason: await reasonOf(values), force: values['force'] === true };
  const id = await wholeId(api, operand);
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
