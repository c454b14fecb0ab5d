import { type LocalServiceDeps, localService } from '#cli/local/service.ts';
import { memoryRequestLog } from '#shared/adapters/memory/memory-request-log.ts';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import type { TokenSettings } from '#shared/contracts/settings.ts';
import type { HttpHandler } from '#shared/runtime/http-function.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import { aWebhook } from '#test/builders/alert.ts';
import { anHttpEvent } from '#test/builders/http-event.ts';
import { aVirtualService } from '#test/builders/virtual-service.ts';
import { assertDocumented } from './documented.ts';
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
  readonly query?: Record<string, string>;
  /** A string as it is, all else as JSON. */
  readonly body?: unknown;
};

/** What `npm start` serves: the deployed handlers behind one address. Each answer is one that the document has. */
export function servedLocally(parts: (deps: LocalServiceDeps) => Partial<LocalServiceDeps> = () => ({})) {
  const cluster = memoryCluster({ objects: [aVirtualService()], clock: systemClock });
  const rollbackLog = memoryRollbackLog();
  const deps = {
    ...rollbackLog,
    cluster,
    clusterUrl: 'https://cluster.example',
    rollbackLog,
    requestLog: memoryRequestLog(),
    tokens: { alerts: '', read: '', operate: '', generated: NONE, settings: [...LOCAL_TOKENS] },
    log: recordingLog(),
  };
  const ask = askedOf(localService({ ...deps, ...parts(deps) }));
  return {
    cluster,
    ask,
    /** The incident, by its alert: the id of its rollback. */
    async rollBack(): Promise<string> {
      const alert = { method: 'POST', path: '/v1/alerts', authorization: 'Bearer alerts', body: aWebhook() };
      const { body = '' } = await askedOf(localService(deps))(alert);
      return JSON.parse(body).results[0].rollbackId;
    },
  };
}

/** Sends requests to a handler, and looks its answers up in the document. */
export function askedOf(handler: HttpHandler) {
  return async ({ method, path, authorization = '', headers = {}, query, body }: LocalRequest) => {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const event = anHttpEvent({ method, path, headers: { authorization, ...headers }, body: text });
    const asked = query ? { ...event, queryStringParameters: query } : event;
    const answer = await handler(asked, { signal: new AbortController().signal });
    assertDocumented(method, path, answer);
    return answer;
  };
}

const NONE = { alerts: false, read: false, operate: false };
