import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import { SCENARIOS } from '#test/scenarios/all.ts';
import { runScenario } from '#test/scenarios/run-scenario.ts';
import type { World } from '#test/scenarios/world.ts';
import { kube } from './engines/kube-objects.ts';
import { type RunningWeightless, startWeightless } from './engines/weightless.ts';

const server = inject('kubeApiserver');
const admin = kube(server);

let weightless: RunningWeightless;

beforeAll(async () => {
  weightless = await startWeightless(['--kubeconfig', server.kubeconfigs.admin]);
});
afterAll(() => weightless?.stop());

const world: World = {
  newNamespace: admin.newNamespace,
  async create(object) {
    // A controller would make it, and there is none: without it the API server takes no pod.
    if (object.kind === 'Pod') await createServiceAccount(object.metadata.namespace);
    return admin.create(object);
  },
  get: admin.get,
  merge: (object, patch) => admin.patch(object, patch, 'merge'),
  async post(webhook) {
    const response = await fetch(`${weightless.url}/v1/alerts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${weightless.alertsToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(webhook),
    });
    return { status: response.status, body: await response.json() };
  },
};

async function createServiceAccount(namespace: string): Promise<void> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
  await admin.get(account).catch(() => admin.create(account));
}

// `npm start` takes no settings: the rows that need some run on the in-process API only.
const themes = Object.entries(SCENARIOS).map(
  ([theme, rows]) => [theme, rows.filter(({ settings }) => settings === undefined)] as const,
);

describe.each(themes)('%s, posted to npm start in front of a real API server', (_, rows) => {
  test.each(rows)('$title', async (scenario) => {
    await runScenario(scenario, world);
  });
});
