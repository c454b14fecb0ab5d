import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { demoObjects, INCIDENT_SERVICE, NAMESPACE } from '#cli/demo/incident.ts';
import type { User } from '#cli/local/kubernetes-api/access.ts';
import { type KubernetesApi, startKubernetesApi } from '#cli/local/kubernetes-api/start-kubernetes-api.ts';
import { createRollbackHandler } from '#functions/rollback/create-handler.ts';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { SecretFault, type Secrets } from '#shared/ports/secrets.ts';
import type { ServiceOutside } from '#shared/runtime/aws-outside.ts';

import { openService } from '#shared/runtime/open-service.ts';
import { REFRESH_AFTER_MS } from '#shared/runtime/read-settings.ts';
import { aRawAlert, aWebhook } from '#test/builders/alert.ts';
import { ALERTS_TOKEN } from '#test/builders/http-event.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';
import { recordingMeter } from '#test/doubles/recording-meter.ts';
import { send, sha256 } from '#test/doubles/rollback-service.ts';
import {
  parametersOf,
  type ScriptedSettingsSource,
  scriptedSettingsSource,
} from '#test/doubles/scripted-settings-source.ts';
import { type SteppedClock, steppedClock } from '#test/doubles/stepped-clock.ts';

const PATH = '/weightless/test';
const WEIGHTLESS: User = {
  name: 'weightless',
  rights: [
    { verbs: ['get', 'list', 'patch'], resources: ['virtualservices'] },
    { verbs: ['list'], resources: ['destinationrules', 'rollouts', 'endpointslices', 'pods'] },
  ],
};
const storeIsDown: Secrets = {
  read: () => Promise.reject(new SecretFault('the secret store does not answer', { retryable: true })),
};

let eks: KubernetesApi;
let onPremises: KubernetesApi;
let folder: string;
let clock: SteppedClock;
let log: ReturnType<typeof recordingLog>;
beforeEach(async () => {
  const users = new Map([
    ['eks-token', WEIGHTLESS],
    ['static-token', WEIGHTLESS],
  ]);
  eks = await startKubernetesApi({ users });
  onPremises = await startKubernetesApi({ users });
  for (const api of [eks, onPremises]) for (const object of demoObjects()) api.objects.seed(object);
  folder = await mkdtemp(join(tmpdir(), 'weightless-open-service-'));
  clock = steppedClock(Date.now());
  log = recordingLog();
});
afterEach(async () => {
  await eks.close();
  await onPremises.close();
  await rm(folder, { recursive: true, force: true });
});

type Entry = Readonly<Record<string, unknown>>;
const eksEntry = (more: Entry = {}) => ({
  name: 'eks',
  endpoint: eks.url,
  eks: { cluster: 'prod', region: 'eu-central-1' },
  ...more,
});
const staticEntry = () => ({ name: 'on-premises', endpoint: onPremises.url, token: { secret: 'on-premises' } });

function documentOf(clusters: readonly Entry[], more: Entry = {}) {
  return { clusters, tokens: [{ name: 'alertmanager', sha256: sha256(ALERTS_TOKEN), scope: 'alerts' }], ...more };
}

/** The rollback function as a new instance of Lambda opens it, over secrets and parameters that the test answers. */
function open({ secrets = storeIsDown, source = scriptedSettingsSource('throttled') as ScriptedSettingsSource } = {}) {
  const outside: ServiceOutside = {
    source: () => source,
    access: {
      environment: {},
      secrets,
      eks: () => ({ headers: async () => ({ authorization: 'Bearer eks-token' }), reload: () => undefined }),
    },
    clock,
  };
  const telemetry = { log, meter: recordingMeter() };
  const variables = { WEIGHTLESS_SETTINGS_PATH: `${PATH}/`, WEIGHTLESS_SETTINGS_FILE: join(folder, 'settings.json') };
  const service = openService(variables, telemetry, outside);
  const handler = createRollbackHandler({
    ...service,
    ...telemetry,
    clusters: async () => service.clustersAtHand(),
    rollbackLog: memoryRollbackLog(),
    clock,
  });
  async function post(...clusters: readonly string[]) {
    const startsAt = new Date(clock.now() - 1000).toISOString();
    const alerts = clusters.map((cluster) =>
      aRawAlert({ labels: { ...aRawAlert().labels, cluster }, fingerprint: cluster, startsAt }),
    );
    const { status, body } = await send(handler, { body: JSON.stringify(aWebhook(alerts)) });
    return { status, results: JSON.parse(body).results as { outcome: string; reason?: string; message: string }[] };
  }
  return { ...service, post, source };
}

async function packaged(document: unknown): Promise<void> {
  await writeFile(join(folder, 'settings.json'), JSON.stringify(document));
}

function weightsIn(api: KubernetesApi): unknown {
  const { spec } = (api.objects.get('virtualservices', NAMESPACE, INCIDENT_SERVICE) ?? {}) as {
    spec?: { http: { route: { weight?: number }[] }[] };
  };
  return spec?.http[1]?.route.map(({ weight }) => weight);
}

describe('a service that starts while Parameter Store and the secret store are down', () => {
  it('rolls back in EKS clusters; alerts of those with a stored token are pending, to be sent again', async () => {
    await packaged(documentOf([eksEntry(), staticEntry()]));
    const { post } = open();

    const { status, results } = await post('on-premises', 'eks');

    expect(status).toBe(503);
    expect(results).toMatchObject([
      {
        outcome: 'pending',
        reason: 'cluster-unauthorized',
        message: expect.stringContaining('the secret store does not answer'),
      },
      { outcome: 'rolled-back' },
    ]);
    expect([weightsIn(eks), weightsIn(onPremises)]).toEqual([
      [100, 0],
      [1, 99],
    ]);
  });

  it('lets no cluster wait for the token of another', async () => {
    await packaged(documentOf([staticEntry(), eksEntry()]));
    const unanswered: ((fault: SecretFault) => void)[] = [];
    const { post } = open({ secrets: { read: () => new Promise((_, reject) => unanswered.push(reject)) } });
    let answered = false;

    const posting = post('on-premises', 'eks').finally(() => {
      answered = true;
    });
    await vi.waitFor(() => expect(weightsIn(eks)).toEqual([100, 0]), 5000);
    const answeredBefore = answered;
    for (const reject of unanswered) reject(new SecretFault('too late', { retryable: true }));
    const { results } = await posting;

    expect(answeredBefore).toBe(false);
    expect(results).toMatchObject([{ outcome: 'pending' }, { outcome: 'rolled-back' }]);
  });

  it('rolls back everywhere once the store is back, without having to start again', async () => {
    await packaged(documentOf([staticEntry()]));
    let down = true;
    const secrets: Secrets = {
      read: (...asked) => (down ? storeIsDown.read(...asked) : Promise.resolve('static-token')),
    };
    const { post } = open({ secrets });

    const before = await post('on-premises');
    down = false;
    const after = await post('on-premises');

    expect([before.status, after.status]).toEqual([503, 200]);
    expect(weightsIn(onPremises)).toEqual([100, 0]);
  });

  it('answers nothing but 503 where it has no package either', async () => {
    const { post } = open();

    expect(await post('eks')).toMatchObject({ status: 503 });
    expect(weightsIn(eks)).toEqual([1, 99]);
  });
});

describe('the clusters of a service', () => {
  it('are those of its package until its settings arrive, and an unchanged one keeps its connection', async () => {
    await packaged(documentOf([eksEntry()]));
    const source = scriptedSettingsSource();
    const { clusters, clustersAtHand } = open({ source });
    const [atFirst] = clustersAtHand();

    source.asked[0]?.answer(parametersOf(documentOf([staticEntry(), eksEntry()]), PATH));
    const found = await clusters();

    expect(found.map(({ name }) => name)).toEqual(['on-premises', 'eks']);
    expect(found[1]).toBe(atFirst);
  });

  it('are reached where the settings of now say', async () => {
    const source = scriptedSettingsSource(parametersOf(documentOf([eksEntry()]), PATH));
    const { post, settings } = open({ source });
    await settings();
    source.stored = parametersOf(documentOf([eksEntry({ endpoint: onPremises.url })]), PATH);
    await clock.advance(REFRESH_AFTER_MS + 1);

    const { results } = await post('eks');

    expect(results).toMatchObject([{ outcome: 'rolled-back' }]);
    expect([weightsIn(eks), weightsIn(onPremises)]).toEqual([
      [1, 99],
      [100, 0],
    ]);
  });

  it('are not connected to by a function that never asks for them', async () => {
    await packaged(documentOf([eksEntry({ endpoint: 'https://127.0.0.1:1' }), staticEntry()]));
    const read = vi.fn<Secrets['read']>(storeIsDown.read);
    const { settings, clusters } = open({ secrets: { read } });

    await settings();
    const before = read.mock.calls.length;
    await clusters();

    expect(before).toBe(0);
    expect(read.mock.calls.length).toBe(1);
  });
});

describe('the settings of a service', () => {
  it('tell nothing but their origin and age where anybody may ask', async () => {
    const { settingsState } = open({ source: scriptedSettingsSource(parametersOf(documentOf([eksEntry()]), PATH)) });

    expect(await settingsState()).toEqual({ origin: 'parameters', stale: false });
  });

  it('are those of the environment where it has them, and never stale', async () => {
    const variables = { WEIGHTLESS_SETTINGS: JSON.stringify(documentOf([eksEntry()], { mode: 'suggest' })) };
    const { settings, settingsState } = openService(variables, { log, meter: recordingMeter() });

    expect((await settings()).mode).toBe('suggest');
    expect(await settingsState()).toEqual({ origin: 'environment', stale: false });
  });
});
