import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { OUTCOMES, type Outcome } from '#shared/domain/outcome.ts';
import type { ReportFilter } from '#shared/domain/report/report.ts';
import { DAY_MS, parseWindow, type ReportRange } from '#shared/domain/report/report-window.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { isCursor } from '#shared/ports/rollback-list.ts';
import { type HttpResponse, problem } from '#shared/runtime/http.ts';

export type Read<T> =
  | { readonly kind: 'read'; readonly query: T }
  | { readonly kind: 'wrong'; readonly response: HttpResponse };

export const REPORT_PARAMETERS = ['window', 'cluster', 'namespace', 'service'] as const;
/** `GET /v1/report` takes its format, too: a link can ask for it, as it cannot set a header. */
export const DATA_PARAMETERS = [...REPORT_PARAMETERS, 'format'] as const;
export const FORMATS = ['json', 'csv'] as const;
export type ReportFormat = (typeof FORMATS)[number];
const FILTERS = ['cluster', 'namespace', 'service', 'outcome', 'sla', 'id'] as const;
export const LIST_PARAMETERS = ['limit', 'cursor', 'from', 'to', ...FILTERS] as const;
/** How a rollback stands in the SLA. */
export const SLA_COUNTS = ['met', 'missed', 'open', 'not-counted'] as const satisfies readonly SlaCount[];
type SlaCount = RollbackRecord['sla']['count'];

export const DEFAULT_WINDOW = '30d';
const DEFAULT_LIMIT = '50';
const MAX_LIMIT = 1000;
/** As long as records are kept. */
const MAX_AGE_MS = 400 * DAY_MS;
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

export type ReportQuery = {
  readonly range: ReportRange;
  readonly filter: ReportFilter;
  /** Where the query says. */
  readonly format?: ReportFormat | undefined;
};

/** Which report is asked for, or 400 with what is allowed. */
export function readReportQuery(
  event: APIGatewayProxyEventV2,
  now: number,
  parameters: readonly string[] = REPORT_PARAMETERS,
): Read<ReportQuery> {
  const given = parametersOf(event, parameters);
  if (given.kind === 'wrong') return given;
  const window = parseWindow(given.query['window'] ?? DEFAULT_WINDOW, now);
  if (window.kind === 'wrong') return wrong('window', window.allowed);
  const asked = given.query['format'];
  const format = FORMATS.find((known) => known === asked);
  if (asked !== undefined && !format) return wrong('format', FORMATS.join(', '));
  return { kind: 'read', query: { range: window.range, filter: filterOf(given.query), format } };
}

export type ListQuery = {
  readonly filter: ReportFilter;
  readonly outcome?: Outcome | undefined;
  readonly sla?: SlaCount | undefined;
  /** What its id begins with. */
  readonly id?: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly cursor?: string | undefined;
};

/** Which rollbacks are asked for, or 400 with what is allowed. */
export function readListQuery(event: APIGatewayProxyEventV2, now: number): Read<ListQuery> {
  const given = parametersOf(event, LIST_PARAMETERS);
  if (given.kind === 'wrong') return given;
  for (const [name, { takes, is }] of Object.entries(LIST_RULES)) {
    const text = given.query[name];
    if (text !== undefined && !is(text)) return wrong(name, takes);
  }
  const { limit = DEFAULT_LIMIT, outcome, sla, id, from = '', to = '', cursor } = given.query;
  const earliest = Math.max(Date.parse(from) || 0, now - MAX_AGE_MS);
  const query = {
    filter: filterOf(given.query),
    outcome: OUTCOMES.find((known) => known === outcome),
    sla: SLA_COUNTS.find((known) => known === sla),
    id,
    from: earliest,
    // Nothing was received before that, or tomorrow, and a day outside the years 0 to 9999 is none to the store.
    to: Math.max(Math.min(Date.parse(to) || now + 1, now + DAY_MS), earliest),
    limit: Number(limit),
    cursor,
  };
  return { kind: 'read', query };
}

type Rule = { readonly takes: string; readonly is: (text: string) => boolean };

/** 2026-02-30 is none: it would be read as a day of March. */
function isDay(text: string): boolean {
  return new Date(text).toISOString().startsWith(text);
}

const TIME: Rule = {
  takes: '2026-03-04 or 2026-03-04T05:06:07Z',
  is: (text) => INSTANT.test(text) && !Number.isNaN(Date.parse(text)) && isDay(text.slice(0, 10)),
};
const LIST_RULES: Readonly<Record<string, Rule>> = {
  limit: {
    takes: `a number from 1 to ${MAX_LIMIT}`,
    is: (text) => /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_LIMIT,
  },
  outcome: { takes: OUTCOMES.join(', '), is: (text) => OUTCOMES.some((known) => known === text) },
  sla: { takes: SLA_COUNTS.join(', '), is: (text) => SLA_COUNTS.some((known) => known === text) },
  id: { takes: 'what an id begins with: 8 to 64 hex digits', is: (text) => /^[0-9a-f]{8,64}$/.test(text) },
  from: TIME,
  to: TIME,
  cursor: { takes: 'what the page before gave as next', is: isCursor },
};

type Parameters = Readonly<Record<string, string | undefined>>;

function parametersOf({ queryStringParameters }: APIGatewayProxyEventV2, known: readonly string[]): Read<Parameters> {
  const given = queryStringParameters ?? {};
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return { kind: 'read', query: given };
  const response = problem(
    400,
    `There is no parameter ${JSON.stringify(unknown.slice(0, 100))}; there are ${known.join(', ')}`,
  );
  return { kind: 'wrong', response };
}

function wrong(name: string, allowed: string): { readonly kind: 'wrong'; readonly response: HttpResponse } {
  return {
    kind: 'wrong',
    response: problem(400, `The parameter ${name} takes ${allowed}`, { parameter: name, allowed }),
  };
}

/** One that is there and empty asks for nothing. */
function filterOf({ cluster, namespace, service }: Parameters): ReportFilter {
  return { ...(cluster ? { cluster } : {}), ...(namespace ? { namespace } : {}), ...(service ? { service } : {}) };
}
