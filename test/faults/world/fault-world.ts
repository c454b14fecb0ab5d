import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import * as z from 'zod';
import { demoObjects, INCIDENT_SERVICE, NAMESPACE } from '#cli/demo/incident.ts';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import type { OutboxEvent } from '#shared/contracts/events.ts';
import { parseEventItem } from '#shared/contracts/items.ts';
import { dayFolder } from '#shared/domain/report/fold-day.ts';
import { DAY_MS, dayOf } from '#shared/domain/report/report-window.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { aRawAlert, aWebhook, type RawAlert } from '#test/builders/alert.ts';
import { ALERTS_TOKEN, anHttpEvent } from '#test/builders/http-event.ts';
import type { DynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { OPERATE_TOKEN, READ_TOKEN } from '#test/doubles/operate-service.ts';
import { type Result, sha256 } from '#test/doubles/rollback-service.ts';
import { type KubeObject, type KubeObjects, kube } from '#test/real/engines/kube-objects.ts';
import { realWorld } from '#test/real/real-world.ts';
import type { RawObject } from '#test/scenarios/objects.ts';
import { FAULT_BUNDLES } from '../global-setup.ts';
import { type FaultProxy, startFaultProxy } from '../proxy/fault-proxy.ts';
import type { FaultStage } from './fault-stage.ts';
import { type FunctionProcess, type StartOptions, startFunction } from './function-process.ts';
import type { Observed } from './observer.ts';
import { openStore } from './open-store.ts';

export type Delivered = { readonly status: number; readonly results: readonly Result[]; readonly answeredAt: number };
export type OnEnd = (step: () => Promise<void>) => void;

/** The incident in a namespace and a table of its own, with proxies before both engines. */
export type FaultWorld = {
  readonly namespace: string;
  /** `namespace/name` of the VirtualService. */
  readonly name: string;
  readonly admin: KubeObjects;
  readonly kube: FaultProxy;
  readonly dynamodb: FaultProxy;
  /** Asked past the proxy. */
  readonly store: DynamodbStore;
  /** Where the function reads its token of the cluster. */
  readonly tokenFile: string;
  /** Of the spec as it was created. */
  readonly spec: unknown;
  /** The alert, firing for five seconds when the world began. */
  alert(overrides?: Partial<RawAlert>): RawAlert;
  env(more?: Readonly<Record<string, string>>): Record<string, string>;
  start(
    name?: 'rollback' | 'publish' | 'guard' | 'operate' | 'notify' | 'report',
    env?: Readonly<Record<string, string>>,
    options?: StartOptions,
  ): Promise<FunctionProcess>;
  deliver(rollback: FunctionProcess, alerts?: readonly RawAlert[], token?: string): Promise<Delivered>;
  object(): Promise<KubeObject>;
  merge(patch: unknown): Promise<unknown>;
  records(): Promise<readonly RollbackRecord[]>;
  /** Every event ever written, sent or not. */
  events(): Promise<readonly OutboxEvent[]>;
  /** When the canary was at zero, as seen from outside. */
  observed(): Promise<Observed>;
  /** The longest that the machine let nobody run since the world began, ms. */
  stalledMs(): number;
};

export type WorldOptions = {
  /** Changes the VirtualService before it is created. */
  readonly change?: (object: RawObject) => RawObject;
  /** More objects, in the incident's namespace. */
  readonly more?: readonly RawObject[];
  /** More of the settings, and of its one cluster. */
  readonly settings?: object;
  readonly cluster?: object;
  /** True where it is guard's first run: that folds all the days that a report can be about. */
  readonly daysUnfolded?: boolean;
};

const never = new AbortController().signal;
const Answer = z.object({ statusCode: z.number(), body: z.string() });
const Results = z.object({ results: z.custom<Result[]>(Array.isArray).optional() });

export async function openWorld(stage: FaultStage, onEnd: OnEnd, options: WorldOptions = {}): Promise<FaultWorld> {
  const began = Date.now();
  const server = inject('kubeApiserver');
  const endpoint = inject('dynamodbEndpoint');
  const admin = kube(server);
  const namespace = await admin.newNamespace();
  const name = `${namespace}/${INCIDENT_SERVICE}`;
  const ref = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: INCIDENT_SERVICE, namespace },
  };
  const asMember = `Bearer ${server.tokens.member}`;
  const authenticate = (given = '') => (given.startsWith('Bearer k8s-aws-v1.') ? asMember : given);
  const api = await startFaultProxy({ ...server, authenticate }, stage.identity);
  const dynamodb = await startFaultProxy({ url: endpoint });
  const store = await openStore(endpoint);
  const folder = await mkdtemp(join(tmpdir(), 'weightless-faults-'));
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, server.tokens.member);
  onEnd(async () => {
    await Promise.all([api.stop(), dynamodb.stop(), store.close(), rm(folder, { recursive: true, force: true })]);
    // Every other world lists it, too.
    await admin.delete(ref).catch(() => undefined);
  });
  const settings = JSON.stringify({
    clusters: [
      {
        name: 'production-eu',
        endpoint: api.url,
        ca: stage.identity.ca,
        token: { file: tokenFile },
        // The other worlds' objects are in the same API server.
        namespaces: [namespace],
        ...options.cluster,
      },
    ],
    tokens: [
      { name: 'alertmanager', sha256: sha256(ALERTS_TOKEN), scope: 'alerts' },
      { name: 'alice', sha256: sha256(OPERATE_TOKEN), scope: 'operate' },
      { name: 'reader', sha256: sha256(READ_TOKEN), scope: 'read' },
    ],
    ...options.settings,
  });
  if (!options.daysUnfolded) await foldDaysBefore(store, began);
  const there = realWorld(server, () => {
    throw new Error('The function is called itself here');
  });
  for (const object of [...incidentObjects(namespace, options.change), ...(options.more ?? [])]) {
    await there.create(object);
  }
  const { spec } = await admin.get(ref);
  stage.observer.look(name);
  const startsAt = new Date(Date.now() - 5000).toISOString();

  const world: FaultWorld = {
    namespace,
    name,
    admin,
    kube: api,
    dynamodb,
    store,
    tokenFile,
    spec,
    alert: (overrides = {}) => {
      const labels = { ...aRawAlert().labels, destination_service_namespace: namespace };
      return aRawAlert({ labels, startsAt, ...overrides });
    },
    env: (more = {}) => ({
      AWS_REGION: LOCAL_AWS.region,
      AWS_ACCESS_KEY_ID: LOCAL_AWS.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_AWS.credentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
      WEIGHTLESS_TABLE: store.table,
      WEIGHTLESS_EVENT_BUS: 'weightless',
      WEIGHTLESS_SETTINGS: settings,
      ...more,
    }),
    async start(which = 'rollback', env = {}, startOptions = {}) {
      const started = await startFunction(resolve(FAULT_BUNDLES, which, 'index.js'), world.env(env), startOptions);
      onEnd(started.stop);
      return started;
    },
    async deliver(rollback, alerts = [world.alert()], token = ALERTS_TOKEN) {
      const headers = { authorization: `Bearer ${token}` };
      const event = anHttpEvent({ headers, body: JSON.stringify(aWebhook(alerts)) });
      const { statusCode, body } = Answer.parse(await rollback.invoke(event));
      const { results = [] } = Results.parse(JSON.parse(body));
      return { status: statusCode, results, answeredAt: Date.now() };
    },
    object: () => admin.get(ref),
    merge: (patch) => admin.patch(ref, patch, 'merge'),
    records: () => store.log.recent(1000, never),
    events: () => allEvents(store),
    observed: () => stage.observer.seen(name),
    stalledMs: () => stage.stalls.longestSince(began),
  };
  return world;
}

function incidentObjects(namespace: string, change: WorldOptions['change'] = (object) => object): RawObject[] {
  return demoObjects()
    .filter((written) => JSON.stringify(written).includes(INCIDENT_SERVICE))
    .map((written) => JSON.parse(JSON.stringify(written).replaceAll(`"${NAMESPACE}"`, JSON.stringify(namespace))))
    .map((object: RawObject) => (object.kind === 'VirtualService' ? change(object) : object));
}

/** As on any day but the first: the last day's fold says that there is none to be made. */
async function foldDaysBefore({ dayLog }: DynamodbStore, now: number): Promise<void> {
  for (const days of [1, 2]) {
    const day = dayOf(now - days * DAY_MS);
    await dayLog.store({ day, fold: dayFolder().finish(), seen: undefined, taken: [] }, never);
  }
}

async function allEvents({ client, table }: DynamodbStore): Promise<OutboxEvent[]> {
  const { Items = [] } = await client.send(
    new ScanCommand({
      TableName: table,
      FilterExpression: 'begins_with(pk, :event)',
      ExpressionAttributeValues: { ':event': 'EVENT#' },
      ConsistentRead: true,
    }),
  );
  return Items.map(parseEventItem);
}
