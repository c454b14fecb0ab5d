import { localService } from '#cli/local/service.ts';
import { memoryRequestLog } from '#shared/adapters/memory/memory-request-log.ts';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import type { TokenSettings } from '#shared/contracts/settings.ts';
import type { HttpResponse } from '#shared/runtime/http.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import { anHttpEvent } from '#test/builders/http-event.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { aVirtualService } from '#test/builders/virtual-service.ts';
import { memoryCluster } from './memory-cluster.ts';
import { recordingLog } from './recording-log.ts';
import { sha256 } from './rollback-service.ts';

/** One of each scope, and one of each that has expired; each token is its name. */
export const LOCAL_TOKENS: readonly TokenSettings[] = (['alerts', 'read', 'operate'] as const).flatMap((scope) => [
  { name: scope, sha256: sha256(scope), scope },
  { name: `expired-${scope}`, sha256: sha256(`expired-${scope}`), scope, expiresAt: '2020-01-01T00:00:00Z' },
]);

export type LocalRequest = {
  readonly method: string;
  readonly path: string;
  readonly authorization?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** What `npm start` serves, the deployed handlers behind one address, with a rollback in the store. */
export async function servedLocally() {
  const cluster = memoryCluster({ objects: [aVirtualService()], clock: systemClock });
  const rollbackLog = memoryRollbackLog();
  const record = aRollbackRecord({ outcome: 'rolled-back', reason: undefined, supersededBy: undefined });
  await rollbackLog.commit({ rollbacks: [record], remove: [], events: [] }, new AbortController().signal);
  const handler = localService({
    ...rollbackLog,
    cluster,
    clusterUrl: 'https://cluster.example',
    rollbackLog,
    requestLog: memoryRequestLog(),
    tokens: { alerts: '', read: '', operate: '', generated: NONE, settings: [...LOCAL_TOKENS] },
    log: recordingLog(),
  });
  return {
    cluster,
    rollbackId: record.id,
    ask({ method, path, authorization = '', headers = {}, body }: LocalRequest): Promise<HttpResponse> {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const event = anHttpEvent({ method, path, headers: { authorization, ...headers }, body: text });
      return handler(event, { signal: new AbortController().signal });
    },
  };
}

const NONE = { alerts: false, read: false, operate: false };
