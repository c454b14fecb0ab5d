import { createOperateHandler, type OperateFunctionDeps } from '#functions/operate/create-handler.ts';
import { memoryRequestLog } from '#shared/adapters/memory/memory-request-log.ts';
import type { HttpHandler } from '#shared/runtime/http-function.ts';
import { ALERTS_TOKEN, anHttpEvent } from '#test/builders/http-event.ts';
import { assertDocumented } from './documented.ts';
import { type Gate, gatedCluster, gatedRollbackLog } from './gated.ts';
import { rollbackService, type ServiceParts, sha256 } from './rollback-service.ts';

export const OPERATE_TOKEN = 'operate-token';
export const READ_TOKEN = 'read-token';

const TOKENS = [
  { name: 'alertmanager', sha256: sha256(ALERTS_TOKEN), scope: 'alerts' },
  { name: 'reader', sha256: sha256(READ_TOKEN), scope: 'read' },
  { name: 'alice', sha256: sha256(OPERATE_TOKEN), scope: 'operate' },
  { name: 'bob', sha256: sha256('bob-token'), scope: 'operate' },
];

export type Operation = {
  readonly path: string;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
  readonly dryRun?: boolean;
  readonly query?: Record<string, string>;
  readonly token?: string;
};

/** The rollback service with the function beside it that people's requests come to. */
export function operateService(parts: ServiceParts = {}) {
  const service = rollbackService({ ...parts, settings: { tokens: TOKENS, ...parts.settings } });
  const { settings, clusters, store, clock, log, meter } = service;
  const requestLog = memoryRequestLog();
  const deps: OperateFunctionDeps = {
    settings: async () => settings,
    clusters: async () => clusters,
    rollbackLog: store,
    requestLog,
    clock,
    log,
    meter,
  };
  const operator = (overrides: Partial<OperateFunctionDeps> = {}): HttpHandler =>
    createOperateHandler({ ...deps, ...overrides });
  return {
    ...service,
    operator,
    gatedOperator: (gate: Gate): HttpHandler =>
      operator({
        clusters: async () => clusters.map((one) => gatedCluster(one, gate)),
        rollbackLog: gatedRollbackLog(store, gate),
      }),
    /** Sends it to a fresh handler. */
    operate: (operation: Operation, through: HttpHandler = operator()) => operate(through, operation),
  };
}
export type OperateService = ReturnType<typeof operateService>;

export type Answered = {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> & {
    readonly error?: string;
    readonly results?: readonly { readonly outcome: string; readonly rollback?: { readonly rollbackId: string } }[];
  };
};

export async function operate(through: HttpHandler, operation: Operation): Promise<Answered> {
  const { path, body, headers = {}, dryRun = false, query, token = OPERATE_TOKEN } = operation;
  const event = anHttpEvent({
    path,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  const queryStringParameters = query ?? (dryRun ? { dryRun: 'true' } : undefined);
  const asked = queryStringParameters ? { ...event, queryStringParameters } : event;
  const answer = await through(asked, { signal: AbortSignal.timeout(20_000) });
  assertDocumented('POST', path, answer);
  return { status: answer.statusCode ?? 0, body: JSON.parse(answer.body ?? '{}') };
}

/** A rollback of the incident by hand. */
export function byHand(parts: Partial<Operation> & { readonly ask?: object; readonly key?: string } = {}): Operation {
  const { ask = {}, key = 'key-1', ...rest } = parts;
  return {
    path: '/v1/rollbacks',
    body: {
      cluster: 'production-eu',
      namespace: 'production',
      virtualService: 'payment-svc',
      reason: 'v2 answers nonsense',
      ...ask,
    },
    headers: { 'idempotency-key': key },
    ...rest,
  };
}
