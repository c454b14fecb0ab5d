import { parseReport } from '#shared/contracts/report.ts';
import { apiClient } from './api/api-client.ts';
import { API_HELP, API_OPTIONS, apiOptions } from './api/api-options.ts';
import { CliError } from './cli-error.ts';
import { parseOptions } from './parse-options.ts';
import { describeReport } from './print/describe-report.ts';

const HELP = `weightless report: how the rollback SLA stands

  weightless report --window 7d
  weightless report --window 2026-03-01/2026-03-31 --csv > march.csv

Options
  --window WINDOW     24h, 7d, 30d (default), 90d, or two days such as 2026-03-01/2026-03-31
  --cluster NAME      of this cluster only
  --namespace NAME    of this namespace only
  --service NAME      of this service only
  --json              the answer of GET /v1/report; also where the output is no terminal, unless --table
  --csv               as CSV
  --table             as a table, also where the output is no terminal
${API_HELP}

Exit codes: 0, or 1 where it needs a person, or 2 where the same once more may do it.
`;

/** `weightless report` */
export async function report(args: string[]): Promise<void> {
  const values = parse(args);
  if (values.help) return void process.stdout.write(HELP);
  if ([values.json, values.csv, values.table].filter(Boolean).length > 1)
    throw new CliError('--json, --csv and --table exclude each other');
  const { window, cluster, namespace, service } = values;
  const query = { window, cluster, namespace, service };
  const api = apiClient(apiOptions(values, process.env));
  if (values.csv) return void process.stdout.write(await api.getText('/v1/report', { query, accept: 'text/csv' }));
  const answer = await api.get('/v1/report', { query });
  const asTable = values.table || (process.stdout.isTTY && !values.json);
  process.stdout.write(asTable ? describeReport(readable(answer)) : `${JSON.stringify(answer, null, 2)}\n`);
}

function readable(answer: unknown) {
  try {
    return parseReport(answer);
  } catch (cause) {
    throw new CliError('The answer is no report that this version knows: --json shows it as it is', { cause });
  }
}

function parse(args: string[]) {
  const options = {
    ...API_OPTIONS,
    window: { type: 'string' },
    cluster: { type: 'string' },
    namespace: { type: 'string' },
    service: { type: 'string' },
    json: { type: 'boolean' },
    csv: { type: 'boolean' },
    table: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  return parseOptions({ args, options }).values;
}
