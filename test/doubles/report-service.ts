import { createHash } from 'node:crypto';
import { createReportHandler, type ReportFunctionDeps } from '#functions/report/create-handler.ts';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import type { TokenSettings } from '#shared/contracts/settings.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { anHttpEvent } from '#test/builders/http-event.ts';
import { assertDocumented } from '#test/doubles/documented.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';

const digest = (token: string) => createHash('sha256').update(token).digest('hex');

/** One of each scope, and one that has expired; each token is its name. */
export const REPORT_TOKENS: TokenSettings[] = [
  { name: 'alerts', sha256: digest('alerts'), scope: 'alerts' },
  { name: 'read', sha256: digest('read'), scope: 'read' },
  { name: 'operate', sha256: digest('operate'), scope: 'operate' },
  { name: 'expired', sha256: digest('expired'), scope: 'read', expiresAt: '2020-01-01T00:00:00Z' },
];

type Asking = {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly query?: Record<string, string>;
};

/** The report function over a store in memory, at a time. */
export function reportService(now: number, overrides: Partial<ReportFunctionDeps> = {}) {
  const clock = fakeClock(now);
  const store = memoryRollbackLog({ now: () => clock.now() });
  const settings = async () => ({ tokens: REPORT_TOKENS, sla: 60_000, slaObjective: 0.99, clusters: [] });
  const { dayLog, rollbackList } = store;
  const log = recordingLog();
  const handler = createReportHandler({ settings, rollbackLog: store, rollbackList, dayLog, clock, log, ...overrides });
  return {
    store,
    clock,
    log,
    async write(...rollbacks: RollbackRecord[]) {
      await store.commit({ rollbacks, remove: [], events: [] }, new AbortController().signal);
    },
    /** By the token `read` as Bearer, unless told otherwise. */
    async get(path: string, { method = 'GET', token = 'read', headers = {}, query }: Asking = {}) {
      const event = anHttpEvent({ method, path, headers: { authorization: `Bearer ${token}`, ...headers } });
      const asked = { ...event, ...(query ? { queryStringParameters: query } : {}) };
      const answer = await handler(asked, { signal: new AbortController().signal });
      assertDocumented(method, path, answer);
      return answer;
    },
  };
}
