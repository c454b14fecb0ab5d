import type { RollbackView } from '#shared/contracts/rollback-view.ts';
import { serviceOf } from '#shared/domain/report/service-of.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { type HttpResponse, json, problem } from '#shared/runtime/http.ts';
import { type ListQuery, readListQuery } from './read-query.ts';
import type { ReportFunctionDeps, RouteContext } from './report-deps.ts';
import { rollbackView } from './rollback-view.ts';

/** Lambda answers no more than 6 MB; a record may be of several hundred KB. */
const MAX_BYTES = 4 * 1024 * 1024;

/** `GET /v1/rollbacks`: the last received first. */
export async function listRollbacks(
  { event, signal }: RouteContext,
  { rollbackList, clock }: ReportFunctionDeps,
): Promise<HttpResponse> {
  const asked = readListQuery(event, clock.now());
  if (asked.kind === 'wrong') return asked.response;
  const { query } = asked;
  const page = await rollbackList.page({ ...query, matches: (record) => matches(record, query) }, signal);
  const fitting = fittingOnes(page.rollbacks.map(rollbackView));
  const last = page.rollbacks[fitting.length - 1];
  const next = fitting.length < page.rollbacks.length && last ? cursorBehind(last) : page.next;
  return json(200, { rollbacks: fitting, ...(next === undefined ? {} : { next }) });
}

/** `GET /v1/rollbacks/{id}` */
export async function getRollback(
  id: string,
  { signal }: RouteContext,
  { rollbackLog }: ReportFunctionDeps,
): Promise<HttpResponse> {
  const found = (await rollbackLog.read([id], undefined, signal)).rollbacks.get(id);
  return found ? json(200, { rollback: rollbackView(found) }) : noSuchRollback(id);
}

export function noSuchRollback(id: string): HttpResponse {
  return problem(
    404,
    `No rollback has this id (64 hex digits): ${JSON.stringify(id.slice(0, 100))}. Each is kept for 400 days`,
  );
}

function matches(record: RollbackRecord, { filter, outcome, sla, id = '' }: ListQuery): boolean {
  const { cluster, namespace, service } = serviceOf(record);
  return (
    (filter.cluster ?? cluster) === cluster &&
    (filter.namespace ?? namespace) === namespace &&
    (filter.service ?? service) === service &&
    (outcome ?? record.outcome) === record.outcome &&
    (sla ?? record.sla.count) === record.sla.count &&
    record.id.startsWith(id)
  );
}

/** As many as one answer holds, and at least one. */
function fittingOnes(views: readonly RollbackView[]): RollbackView[] {
  let bytes = 0;
  return views.filter((view, index) => {
    bytes += Buffer.byteLength(JSON.stringify(view));
    return index === 0 || bytes <= MAX_BYTES;
  });
}

function cursorBehind({ id, timeline }: RollbackRecord): string {
  return `${new Date(timeline.receivedAt).toISOString()}#${id}`;
}
