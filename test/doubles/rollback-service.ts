import { createHash } from 'node:crypto';
import { createRollbackHandler, type RollbackFunctionDeps } from '#functions/rollback/create-handler.ts';
import { createSnsHandler, type SnsFunctionDeps, type SnsHandler } from '#functions/rollback/create-sns-handler.ts';
import { type MemoryRollbackLog, memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import type { OutboxEvent } from '#shared/contracts/events.ts';
import { parseSettings } from '#shared/contracts/settings.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { RollbackLog } from '#shared/ports/rollback-log.ts';
import type { HttpHandler } from '#shared/runtime/http-function.ts';
import { aRawAlert, aWebhook, type RawAlert } from '#test/builders/alert.ts';
import { ALERTS_TOKEN, anHttpEvent, type HttpRequest } from '#test/builders/http-event.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aVirtualService, type RawVirtualService } from '#test/builders/virtual-service.ts';
import { assertDocumented } from './documented.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { type Gate, gatedCluster, gatedRollbackLog } from './gated.ts';
import { type MemoryCluster, memoryCluster } from './memory-cluster.ts';
import { recordingLog } from './recording-log.ts';
import { recordingMeter } from './recording-meter.ts';
import { unsentEvents } from './unsent-events.ts';

/** One entry of an answer's `results`, as the sender reads it. */
export type Result = {
  readonly fingerprint: string;
  readonly startsAt: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly message: string;
  readonly rollbackId?: string;
  readonly alertToZeroMs?: number;
  readonly slaMet?: boolean;
  readonly residual?: unknown;
  readonly commands?: readonly { readonly does: string; readonly run: string }[];
};

export type Delivered = { readonly status: number; readonly results: readonly Result[]; readonly body: string };

export type ServiceParts = {
  readonly objects?: readonly RawVirtualService[];
  /** When the first delivery is received; the alert fired at FIRED_AT. */
  readonly at?: number;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly surroundings?: Cluster['surroundings'];
  /** More than the memory cluster, or another one in front of it. */
  readonly clusters?: (memory: MemoryCluster) => readonly Cluster[];
};

/** The rollback function with the doubles of all that it speaks to; they outlive a crash of one handler. */
export function rollbackService(parts: ServiceParts = {}) {
  const clock: FakeClock = fakeClock(parts.at ?? FIRED_AT + 4000);
  const { surroundings } = parts;
  const cluster = memoryCluster({
    objects: parts.objects ?? [aVirtualService()],
    clock,
    ...(surroundings ? { surroundings } : {}),
  });
  const store: MemoryRollbackLog = memoryRollbackLog();
  const log = recordingLog();
  const meter = recordingMeter();
  const settings = parseSettings(JSON.stringify({ ...SETTINGS, ...parts.settings }));
  const clusters = parts.clusters?.(cluster) ?? [cluster];

  const deps: RollbackFunctionDeps & SnsFunctionDeps = {
    settings: async () => settings,
    clusters: async () => clusters,
    rollbackLog: store,
    clock,
    log,
    meter,
  };

  function handler(overrides: Partial<RollbackFunctionDeps> = {}): HttpHandler {
    return createRollbackHandler({ ...deps, ...overrides });
  }
  function gated(
    gate: Gate,
    behind: { readonly clusters?: readonly Cluster[]; readonly store?: RollbackLog } = {},
  ): HttpHandler {
    const seen = (behind.clusters ?? clusters).map((one) => gatedCluster(one, gate));
    return handler({ clusters: async () => seen, rollbackLog: gatedRollbackLog(behind.store ?? store, gate) });
  }
  return {
    clock,
    cluster,
    store,
    log,
    meter,
    settings,
    clusters,
    handler,
    gated,
    /** The entry for SNS. */
    fromSns: (overrides: Partial<SnsFunctionDeps> = {}): SnsHandler => createSnsHandler({ ...deps, ...overrides }),
    /** Posts to a fresh handler. */
    post: (alerts: readonly RawAlert[] = [aRawAlert()], through: HttpHandler = handler()) => deliver(through, alerts),
    records: (): Promise<readonly RollbackRecord[]> => store.recent(1000, never),
    events: (): Promise<readonly OutboxEvent[]> => unsentEvents(store.outbox),
  };
}

const never = new AbortController().signal;

const SETTINGS = {
  clusters: [{ name: 'production-eu', endpoint: 'https://kubernetes.example.com', token: { env: 'UNUSED' } }],
  tokens: [{ name: 'alertmanager', sha256: sha256(ALERTS_TOKEN), scope: 'alerts' }],
};

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Posts a webhook of these alerts, as Alertmanager does. */
export async function deliver(through: HttpHandler, alerts: readonly RawAlert[]): Promise<Delivered> {
  const { status, body } = await send(through, { body: JSON.stringify(aWebhook(alerts)) });
  const { results = [] } = JSON.parse(body) as { results?: Result[] };
  return { status, results, body };
}

export async function send(through: HttpHandler, request: HttpRequest) {
  const { method = 'POST', path = '/v1/alerts' } = request;
  const answer = await through(anHttpEvent(request), { signal: never });
  assertDocumented(method, path, answer);
  const { statusCode, body, headers } = answer;
  return { status: statusCode ?? 0, body: body ?? '', headers: headers ?? {} };
}
