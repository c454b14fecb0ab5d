import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { demoObjects, demoWebhook, INCIDENT_SERVICE, NAMESPACE } from '#cli/demo/incident.ts';
import type { User } from '#cli/local/kubernetes-api/access.ts';
import { type KubernetesApi, startKubernetesApi } from '#cli/local/kubernetes-api/start-kubernetes-api.ts';
import { aContext } from '#test/builders/lambda-context.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { loadRollback, settingsWith, stubFunctionEnv } from '#test/doubles/deployed-functions.ts';
import { type DynamodbStore, openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type Dynoxide, startDynoxide } from '#test/doubles/dynoxide.ts';
import { type PutEventsServer, startPutEventsServer } from '#test/doubles/put-events-server.ts';
import { type Output, recordOutput } from '#test/doubles/record-output.ts';
import { unsentEvents } from '#test/doubles/unsent-events.ts';

/** The shipped ClusterRole's rights. */
const WEIGHTLESS: User = {
  name: 'weightless',
  rights: [
    { verbs: ['get', 'list', 'patch'], resources: ['virtualservices'] },
    { verbs: ['list'], resources: ['destinationrules', 'rollouts', 'endpointslices', 'pods'] },
  ],
};
const signal = new AbortController().signal;

let engine: Dynoxide;
let store: DynamodbStore;
let bus: PutEventsServer;
let api: KubernetesApi;
let users: Map<string, User>;
let output: Output;
beforeEach(async () => {
  [engine, bus] = await Promise.all([startDynoxide(), startPutEventsServer()]);
  store = await openDynamodbStore(engine.endpoint);
  users = new Map();
  api = await startKubernetesApi({ users });
  for (const object of demoObjects()) api.objects.seed(object);
  output = recordOutput();
  stubFunctionEnv(
    { endpoint: engine.endpoint, table: store.table },
    settingsWith({ endpoint: api.url, token: { env: 'CLUSTER_TOKEN' } }),
  );
  vi.stubEnv('CLUSTER_TOKEN', 'first-token');
  vi.stubEnv('WEIGHTLESS_EVENT_BUS', 'weightless');
  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', bus.endpoint);
});
afterEach(async () => {
  await Promise.all([store.close(), api.close(), bus.stop()]);
  await engine.stop();
});

async function runGuard(): Promise<void> {
  vi.resetModules();
  const { handler } = await import('#functions/guard/handler.ts');
  await handler({ 'detail-type': 'Scheduled Event' }, aContext('guard', 60_000));
}

describe('the guard function as it is deployed', () => {
  it('ends what the rollback function left pending, and sends the events that nobody sent', async () => {
    const rollback = await loadRollback();
    const { status } = await rollback.send({ body: JSON.stringify(demoWebhook(Date.now())) });
    const old = anOutboxEvent({ id: 'old', createdAt: Date.now() - 61_000 });
    await store.log.commit({ rollbacks: [], remove: [], events: [old] }, signal);
    users.set('first-token', WEIGHTLESS);

    await runGuard();

    expect(status).toBe(503);
    expect(await store.log.recent(9, signal)).toMatchObject([
      {
        canary: `${INCIDENT_SERVICE}.${NAMESPACE}.svc.cluster.local/v2`,
        outcome: 'rolled-back',
        sla: { count: 'met' },
      },
    ]);
    expect((await store.log.unfinished({ limit: 9 }, signal)).records).toEqual([]);
    expect(bus.taken.map(({ EventBusName, DetailType }) => [EventBusName, DetailType])).toEqual([
      ['weightless', old.type],
    ]);
    expect(output.text()).toContain('Guard ran');
    expect(output.text()).toContain('EventsUnsent');
  });

  it('tells once of the week before, with the address of the page', async () => {
    vi.stubEnv('WEIGHTLESS_PAGE_URL', 'https://weightless.example.com');
    await store.weekLog.note({ to: '2020-01-06', seen: undefined }, signal);

    await runGuard();
    await runGuard();

    expect(await unsentEvents(store.outbox)).toMatchObject([
      {
        type: 'SlaReported',
        detail: { data: { page: expect.stringMatching(/^https:\/\/weightless\.example\.com\/\?window=/) } },
      },
    ]);
    expect(output.text()).toContain('"week":"told"');
  });

  it('fails where its table does not answer, so that the schedule tries again', async () => {
    vi.stubEnv('WEIGHTLESS_TABLE', 'no-such-table');

    await expect(runGuard()).rejects.toThrow(/no-such-table/);
  });
});
