import { apiClient } from './api/api-client.ts';
import { API_HELP, API_OPTIONS, apiOptions } from './api/api-options.ts';
import { wholeId } from './api/whole-id.ts';
import { CliError } from './cli-error.ts';
import { parseOptions } from './parse-options.ts';
import { describeRecord } from './print/describe-record.ts';

const HELP = `weightless show ID: one rollback, with its weights, times, history and what to do

  weightless show 3fa1b2c4d5e6

ID is the rollback's whole id (64 hex digits), or what it begins with, as weightless list shows it: at least 8 digits.

Options
  --json              as JSON: the answer of GET /v1/rollbacks/ID
${API_HELP}

Exit codes: 0, or 1 where it needs a person, or 2 where the same once more may do it.
`;

/** `weightless show ID` */
export async function show(args: string[]): Promise<void> {
  const { values, positionals } = parse(args);
  if (values.help) return void process.stdout.write(HELP);
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new CliError('It is: weightless show ID. Try --help');
  const api = apiClient(apiOptions(values, process.env));
  const answer = await api.get(`/v1/rollbacks/${encodeURIComponent(await wholeId(api, id))}`);
  process.stdout.write(values.json ? `${JSON.stringify(answer, null, 2)}\n` : describeRecord(answer));
}

function parse(args: string[]) {
  return parseOptions({
    args,
    allowPositionals: true,
    options: { ...API_OPTIONS, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
}
