import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { startKubernetesApi } from '#cli/local/kubernetes-api/start-kubernetes-api.ts';
import { createRollbackHandler } from '#functions/rollback/create-handler.ts';
import { kubernetesCluster } from '#shared/adapters/kubernetes/kubernetes-cluster.ts';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { parseSettings } from '#shared/contracts/settings.ts';
import { REASONS } from '#shared/domain/outcome.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import { ALERTS_TOKEN } from '#test/builders/http-event.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';
import { recordingMeter } from '#test/doubles/recording-meter.ts';
import { send, sha256 } from '#test/doubles/rollback-service.ts';
import { SCENARIOS } from '#test/scenarios/all.ts';
import type { RawObject } from '#test/scenarios/objects.ts';
import { FAULT_REASONS, GUARD_REASONS } from '#test/scenarios/reasons.ts';
import { runScenario } from '#test/scenarios/run-scenario.ts';
import type { ScenarioSettings } from '#test/scenarios/scenario.ts';
import type { SeenObject, World } from '#test/scenarios/world.ts';

const PLURALS: Readonly<Record<string, string>> = {
  VirtualService: 'virtualservices',
  DestinationRule: 'destinationrules',
  Rollout: 'rollouts',
  EndpointSlice: 'endpointslices',
  Pod: 'pods',
};

const strings = z.optional(z.record(z.string(), z.string()));
const Seen = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.optional(z.string()), labels: strings, annotations: strings }),
});

async function call(
  url: string,
  method: string,
  object: RawObject,
  item: boolean,
  body?: unknown,
): Promise<SeenObject> {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion.includes('/') ? 'apis' : 'api';
  const collection = `${url}/${root}/${apiVersion}/namespaces/${metadata.namespace}/${PLURALS[kind]}`;
  const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const response = await fetch(item ? `${collection}/${metadata.name}` : collection, {
    method,
    headers: { 'content-type': contentType },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${kind} ${metadata.name}: ${text}`);
  return Seen.parse(JSON.parse(text));
}

/** The rollback function with the real Kubernetes adapter in front of the API in this process. */
async function openWorld({ clusters = ['test'], optionalReads, ...settings }: ScenarioSettings = {}) {
  const api = await startKubernetesApi();
  let namespaces = 0;
  const token = { env: 'UNUSED' };
  const parsed = parseSettings(
    JSON.stringify({
      ...settings,
      clusters: clusters.map((name) => ({ name, endpoint: api.url, token })),
      tokens: [{ name: 'alertmanager', sha256: sha256(ALERTS_TOKEN), scope: 'alerts' }],
    }),
  );
  const credentials = { headers: async () => ({}), reload: () => undefined };
  const reached = clusters.map((name) =>
    kubernetesCluster({ name, optionalReads, context: name, endpoint: { url: api.url, credentials } }),
  );
  const rollbackLog = memoryRollbackLog();
  const paged = new Set<string>();
  rollbackLog.subscribe((events) => {
    for (const { rollbackId = '', detail } of events) if (detail.data['pages'] === true) paged.add(rollbackId);
  });
  const handler = createRollbackHandler({
    settings: async () => parsed,
    clusters: async () => reached,
    rollbackLog,
    clock: systemClock,
    log: recordingLog(),
    meter: recordingMeter(),
  });
  const world: World = {
    async newNamespace() {
      namespaces += 1;
      return `scenario-${namespaces}`;
    },
    create: (object) => call(api.url, 'POST', object, false, object),
    get: (object) => call(api.url, 'GET', object, true),
    merge: (object, patch) => call(api.url, 'PATCH', object, true, patch),
    async post(webhook) {
      const { status, body } = await send(handler, { body: JSON.stringify(webhook) });
      return { status, body: JSON.parse(body) };
    },
    pages: (ids) => ids.some((id) => paged.has(id)),
  };
  return {
    world,
    async close() {
      for (const { client } of reached) client.close();
      await api.close();
    },
  };
}

describe.each(Object.entries(SCENARIOS))('%s', (_, rows) => {
  // test.each cuts titles after 40 characters.
  for (const scenario of rows) {
    test(scenario.title, async () => {
      const { world, close } = await openWorld(scenario.settings);
      onTestFinished(close);

      await runScenario(scenario, world);
    });
  }
});

test('every reason is the end of a scenario, of a fault, or of guard', () => {
  const ends = Object.values(SCENARIOS)
    .flat()
    .flatMap(({ steps }) => steps)
    .flatMap((step) => ('deliver' in step ? step.expect.results : []));

  const produced = new Set<string | undefined>([
    ...ends.map(({ reason }) => reason),
    ...FAULT_REASONS,
    ...GUARD_REASONS,
  ]);

  expect(Object.keys(REASONS).filter((reason) => !produced.has(reason))).toEqual([]);
});
