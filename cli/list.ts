import * as z from 'zod';
import { type ApiClient, apiClient } from './api/api-client.ts';
import { API_HELP, API_OPTIONS, apiOptions } from './api/api-options.ts';
import { SHORT_ID } from './api/whole-id.ts';
import { CliError } from './cli-error.ts';
import { parseOptions } from './parse-options.ts';
import { alignTable, plain } from './print/align-table.ts';
import { paintOutcome } from './print/paint.ts';
import { seconds } from './print/seconds.ts';

const HELP = `weightless list: the last rollbacks, newest first

Options
  --limit N           at most so many (default: 20)
  --cursor CURSOR     go on behind the last one of a list before, which names its cursor
  --from TIME         received from here on: 2026-03-04, or 2026-03-04T05:06:07Z
  --to TIME           received before this
  --missed            only what missed its SLA target
  --outcome OUTCOME   with this outcome only: rolled-back, refused, failed, …
  --cluster NAME      of this cluster only
  --namespace NAME    of this namespace only
  --service NAME      of this service only
  --json              as JSON, with whole ids: the answer of GET /v1/rollbacks
${API_HELP}

Exit codes: 0, or 1 where it needs a person, or 2 where the same once more may do it.
`;

const Row = z.looseObject({
  rollbackId: z.string(),
  cluster: z.string(),
  canary: z.string(),
  outcome: z.string(),
  reason: z.string().optional(),
  timeline: z.looseObject({ receivedAt: z.string() }),
  sla: z.looseObject({ alertToZeroMs: z.number().optional(), count: z.string() }),
});
const Page = z.looseObject({ rollbacks: z.array(Row), next: z.string().optional() });
type Page = z.infer<typeof Page>;

/** `weightless list` */
export async function list(args: string[]): Promise<void> {
  const values = parse(args);
  if (values.help) return void process.stdout.write(HELP);
  const { limit = '20', cursor, missed, from, to, outcome, cluster, namespace, service } = values;
  if (!/^[1-9]\d{0,2}$/.test(limit))
    throw new CliError(`--limit takes a number from 1 to 999, not ${JSON.stringify(limit)}`);
  const api = apiClient(apiOptions(values, process.env));
  const filter = { cluster, namespace, service, outcome, from, to, sla: missed ? 'missed' : undefined };
  const page = await pages(api, Number(limit), filter, cursor);
  if (values.json) return void process.stdout.write(`${JSON.stringify(page, null, 2)}\n`);
  const { rollbacks } = page;
  if (rollbacks.length === 0) return void process.stdout.write('There are no rollbacks.\n');
  const [head = '', ...lines] = alignTable(
    ['RECEIVED', 'OUTCOME', 'TO ZERO', 'CLUSTER', 'CANARY', 'ID'],
    rollbacks.map(cells),
  );
  const painted = lines.map((line, index) => paintOutcome(line, rollbacks[index]?.outcome ?? ''));
  const older = page.next === undefined ? [] : [`There may be older ones: add --cursor ${plain(page.next)}`];
  process.stdout.write(`${[head, ...painted, ...older].join('\n')}\n`);
}

/** A page may hold fewer than were asked for, and not be the last. */
async function pages(
  api: ApiClient,
  limit: number,
  filter: Readonly<Record<string, string | undefined>>,
  cursor?: string,
): Promise<Page> {
  const query = { ...filter, limit: String(limit), cursor };
  const page = Page.parse(await api.get('/v1/rollbacks', { query }));
  const left = limit - page.rollbacks.length;
  if (page.next === undefined || left <= 0) return page;
  const rest = await pages(api, left, filter, page.next);
  return { ...rest, rollbacks: [...page.rollbacks, ...rest.rollbacks] };
}

function cells({ rollbackId, cluster, canary, outcome, reason, timeline, sla }: z.infer<typeof Row>): string[] {
  const toZero = sla.alertToZeroMs === undefined ? '' : seconds(sla.alertToZeroMs);
  const received = timeline.receivedAt.replace(/\.\d+Z$/, 'Z');
  return [received, reason ? `${outcome}: ${reason}` : outcome, toZero, cluster, canary, rollbackId.slice(0, SHORT_ID)];
}

function parse(args: string[]) {
  const options = {
    ...API_OPTIONS,
    limit: { type: 'string' },
    cursor: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    missed: { type: 'boolean' },
    outcome: { type: 'string' },
    cluster: { type: 'string' },
    namespace: { type: 'string' },
    service: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  return parseOptions({ args, options }).values;
}
