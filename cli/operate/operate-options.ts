import { type ApiClient, apiClient } from '#cli/api/api-client.ts';
import { API_OPTIONS, apiOptions } from '#cli/api/api-options.ts';
import { CliError } from '#cli/cli-error.ts';
import { parseOptions } from '#cli/parse-options.ts';

/** What every command that writes takes beside its own options. */
const COMMON = {
  ...API_OPTIONS,
  reason: { type: 'string' },
  'dry-run': { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const COMMON_HELP = `  --dry-run           show the patch; write nothing
  --yes               do not ask; without a terminal to ask on, it is needed
  --json              the answer as JSON`;

export const EXIT_HELP = `Exit codes
  0   done, or it was done before
  1   not done, and it needs a person: the words say what to do
  2   not done, and the same once more may do it: no answer, or an answer of 5xx`;

type Own = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;
export type OperateValues = Readonly<Record<string, string | boolean | undefined>>;

export type OperateArguments = {
  readonly operand: string;
  readonly values: OperateValues;
  readonly api: ApiClient;
};

/** The arguments of such a command, or undefined where help was asked for. @throws CliError */
export function operateArguments(args: string[], usage: string, own: Own = {}): OperateArguments | undefined {
  const { values, positionals } = parse(args, own);
  if (values['help']) return undefined;
  const [operand, ...more] = positionals;
  if (operand === undefined || more.length > 0) throw new CliError(`It is: ${usage}. Try --help`);
  const { url } = values;
  const options = apiOptions({ url: typeof url === 'string' ? url : undefined }, process.env);
  return { operand, values, api: apiClient(options) };
}

function parse(args: string[], own: Own) {
  const { values, positionals } = parseOptions({ args, allowPositionals: true, options: { ...COMMON, ...own } });
  return { values: values as OperateValues, positionals };
}

/** @throws CliError where it is not given: why is recorded with who. */
export function needed(values: OperateValues, name: string, example: string): string {
  const value = values[name];
  if (typeof value !== 'string' || value.trim() === '') throw new CliError(`Say --${name} ${example}. Try --help`);
  return value;
}
