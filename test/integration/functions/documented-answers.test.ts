import { describe, expect, it } from 'vitest';
import { createOperateHandler } from '#functions/operate/create-handler.ts';
import { createReportHandler } from '#functions/report/create-handler.ts';
import { createRollbackHandler } from '#functions/rollback/create-handler.ts';
import { memoryRequestLog } from '#shared/adapters/memory/memory-request-log.ts';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import { aRawAlert, aWebhook } from '#test/builders/alert.ts';
import { DOCUMENTED, documentedFor } from '#test/doubles/documented.ts';
import { askedOf, type LocalRequest, servedLocally } from '#test/doubles/local-service.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';
import { recordingMeter } from '#test/doubles/recording-meter.ts';
import { fails, scriptedCluster, times } from '#test/doubles/scripted-cluster.ts';

const OBJECT = 'production/payment-svc';
const ID = 'a'.repeat(64);
const reason = { reason: 'to see what is answered' };
const byHand = { cluster: 'production-eu', namespace: 'production', virtualService: 'payment-svc', ...reason };
const large = { reason: 'x'.repeat(20_000) };
const RELEASE = '/v1/holds/production-eu/production/payment-svc/release';
const RESTORE = '/v1/rollbacks/{id}/restore';
const BY_HAND = '/v1/rollbacks';
const asText = { 'content-type': 'text/plain' };
const keyed = (key = 'k') => ({ 'idempotency-key': key });

type World = {
  readonly unreachable?: boolean;
  readonly storeDown?: boolean;
  /** Before the request: a rollback by its alert, and what is done then. */
  readonly after?: (service: ReturnType<typeof servedLocally>, id: string) => unknown;
};
type Case = readonly [method: string, path: string, status: number, request?: Partial<LocalRequest>, world?: World];

const CASES: readonly Case[] = [
  ...['/', '/v1/report', '/v1/rollbacks', '/rollbacks/{id}', '/v1/rollbacks/{id}'].flatMap((path): Case[] => [
    ['GET', path, 200],
    ['GET', path, 503, {}, { storeDown: true }],
  ]),
  ['GET', '/v1/report', 200, { headers: { accept: 'text/csv' } }],
  ['GET', '/openapi.json', 200],
  ['GET', '/healthz', 200],
  ...['/', '/v1/report', '/v1/rollbacks'].map((path): Case => ['GET', path, 400, { query: { no: 'such' } }]),
  ['GET', `/rollbacks/${ID}`, 404],
  ['GET', `/v1/rollbacks/${ID}`, 404],

  ['POST', '/v1/alerts', 200, { body: aWebhook() }],
  ['POST', '/v1/alerts', 503, { body: aWebhook() }, { unreachable: true }],
  ['POST', '/v1/heartbeat', 200, { body: aWebhook([aRawAlert({ labels: { alertname: 'Watchdog' } })]) }],
  ...['/v1/alerts', '/v1/heartbeat'].flatMap((path): Case[] => [
    ['POST', path, 400, { body: { version: '3' } }],
    ['POST', path, 413, { body: 'x'.repeat(4 * 1024 * 1024 + 1) }],
    ['POST', path, 415, { headers: asText }],
  ]),

  ['POST', BY_HAND, 200, { body: byHand, headers: keyed() }],
  ['POST', BY_HAND, 200, { body: byHand, query: { dryRun: 'true' } }],
  ['POST', BY_HAND, 400, { body: byHand }],
  ['POST', BY_HAND, 404, { body: { ...byHand, cluster: 'asia' }, headers: keyed() }],
  ['POST', BY_HAND, 404, { body: { ...byHand, virtualService: 'other' }, headers: keyed() }],
  ['POST', BY_HAND, 409, { body: { ...byHand, canary: 'v9' }, headers: keyed() }],
  ['POST', BY_HAND, 409, { body: { ...byHand, canary: 'v9' }, query: { dryRun: 'true' } }],
  ['POST', BY_HAND, 409, { body: byHand, headers: keyed() }, { after: optOut }],
  ['POST', BY_HAND, 422, { body: { ...byHand, reason: 'another' }, headers: keyed() }, { after: askFirst }],
  ['POST', BY_HAND, 503, { body: byHand, headers: keyed() }, { unreachable: true }],
  ['POST', BY_HAND, 503, { body: byHand, headers: keyed() }, { storeDown: true }],
  ['POST', BY_HAND, 503, { body: byHand, query: { dryRun: 'true' } }, { unreachable: true }],

  ['POST', RESTORE, 200, { body: reason }],
  ['POST', RESTORE, 200, { body: reason, query: { dryRun: 'true' } }],
  ['POST', RESTORE, 200, { body: reason }, { after: restoreFirst }],
  ['POST', RESTORE, 404, { body: reason, path: `/v1/rollbacks/${ID}/restore` }],
  ['POST', RESTORE, 409, { body: reason }, { after: change }],
  ['POST', RESTORE, 409, { body: reason }, { after: optOut }],
  ['POST', RESTORE, 503, { body: reason }, { unreachable: true }],
  ['POST', RESTORE, 503, { body: reason }, { storeDown: true }],

  ['POST', RELEASE, 200, { body: reason }],
  ['POST', RELEASE, 200, { body: reason, query: { dryRun: 'true' } }],
  ['POST', RELEASE, 404, { body: reason, path: '/v1/holds/asia/production/payment-svc/release' }],
  ['POST', RELEASE, 404, { body: reason, path: '/v1/holds/production-eu/production/other/release' }],
  ['POST', RELEASE, 409, { body: reason }, { after: optOut }],
  ['POST', RELEASE, 503, { body: reason }, { unreachable: true }],

  ...[BY_HAND, RESTORE, RELEASE].flatMap((path): Case[] => [
    ['POST', path, 400, { body: {}, headers: keyed() }],
    ['POST', path, 400, { body: reason, headers: keyed(), query: { dryrun: 'true' } }],
    ['POST', path, 413, { body: large, headers: keyed() }],
    ['POST', path, 415, { body: reason, headers: { ...keyed(), ...asText } }],
  ]),
];

type Served = ReturnType<typeof servedLocally>;

function optOut({ cluster }: Served): void {
  cluster.write(OBJECT, ({ metadata }) => {
    metadata.labels = {};
  });
}

function change({ cluster }: Served): void {
  cluster.write(OBJECT, (object) => {
    object.spec = { ...object.spec, hosts: ['other'] };
  });
}

const asOperator = { method: 'POST', authorization: 'Bearer operate' };

async function askFirst({ ask }: Served): Promise<void> {
  await ask({ ...asOperator, path: BY_HAND, body: byHand, headers: keyed() });
}

async function restoreFirst({ ask }: Served, id: string): Promise<void> {
  await ask({ ...asOperator, path: RESTORE.replace('{id}', id), body: reason });
}

function served({ unreachable = false, storeDown = false }: World): Served {
  const down = () => Promise.reject(new StoreFault('the store is down'));
  const all = { read: down, commit: down, ofFiring: down, recent: down };
  return servedLocally(({ cluster, rollbackLog, rollbackList, dayLog }) => ({
    ...(unreachable
      ? {
          cluster: scriptedCluster(cluster, {
            get: times(9, fails('unauthorized')),
            list: times(9, fails('unauthorized')),
          }),
        }
      : {}),
    ...(storeDown
      ? {
          rollbackLog: { ...rollbackLog, ...all },
          rollbackList: { ...rollbackList, page: down },
          dayLog: { ...dayLog, records: down, folded: down, changedDays: down },
        }
      : {}),
  }));
}

/** By its operation in the document, and status. */
const answered = new Set<string>();
function note(method: string, path: string, status: number | undefined): void {
  answered.add(`${method} ${documentedFor(method, path)?.path} ${status}`);
}

describe('an answer is one that the document has', () => {
  const cases = CASES.map(([method, path, status, request = {}, world = {}]) => {
    return { method, path, status, request, world, sent: JSON.stringify(request).slice(0, 100) };
  });

  it.each(cases)('$method $path: $status to $sent', async ({ method, path, status, request, world }) => {
    const service = served(world);
    const id = await service.rollBack();
    await world.after?.(service, id);
    const scope = path === '/v1/alerts' || path === '/v1/heartbeat' ? 'alerts' : 'operate';
    const asked = { path: path.replace('{id}', id), authorization: `Bearer ${scope}`, ...request };

    const answer = await service.ask({ method, ...asked });

    expect(answer.statusCode, answer.body?.slice(0, 300)).toBe(status);
    note(method, asked.path, answer.statusCode);
  });

  it.each(DOCUMENTED.map((one) => [`${one.method} ${one.path}`, one] as const))(
    '%s: without a token, with one of no use, and without settings',
    async (_, { method, path, security }) => {
      const asked = { method, path: path.replace('{id}', ID).replace('{hold+}', 'a/b/c/release') };
      const { ask } = servedLocally();
      const unable = askedOf(withoutSettings(path));
      const scope = path === '/v1/alerts' || path === '/v1/heartbeat' ? 'read' : 'alerts';

      const answers = await Promise.all([
        ask(asked),
        ask({ ...asked, authorization: `Bearer ${scope}` }),
        unable({ ...asked, authorization: 'Bearer operate' }),
      ]);

      const statuses = answers.map(({ statusCode }) => statusCode);
      expect(statuses).toEqual(security.length === 0 ? [200, 200, 503] : [401, 403, 503]);
      for (const status of statuses) note(method, asked.path, status);
    },
  );

  it('of each status that the document has, for each of its operations', () => {
    const told = DOCUMENTED.flatMap(({ method, path, responses }) =>
      Object.keys(responses).flatMap((status) => (status === 'default' ? [] : `${method} ${path} ${status}`)),
    );

    expect(answered).toEqual(new Set(told));
  });
});

function withoutSettings(path: string) {
  const settings = () => Promise.reject(new Error('no settings'));
  const rollbackLog = memoryRollbackLog();
  const { rollbackList, dayLog } = rollbackLog;
  const common = { settings, rollbackLog, clock: systemClock, log: recordingLog() };
  const acting = { ...common, clusters: async () => [], meter: recordingMeter() };
  if (['/v1/alerts', '/v1/heartbeat', '/healthz'].includes(path))
    return createRollbackHandler({ ...acting, settingsState: settings });
  const operate = createOperateHandler({ ...acting, requestLog: memoryRequestLog() });
  const report = createReportHandler({ ...common, rollbackList, dayLog });
  return (event: Parameters<typeof report>[0], options: Parameters<typeof report>[1]) =>
    (event.requestContext.http.method === 'POST' ? operate : report)(event, options);
}
