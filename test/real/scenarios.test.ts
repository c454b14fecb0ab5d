import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import { SCENARIOS } from '#test/scenarios/all.ts';
import { runScenario } from '#test/scenarios/run-scenario.ts';
import { kube } from './engines/kube-objects.ts';
import { type RunningWeightless, startWeightless } from './engines/weightless.ts';
import { realWorld } from './real-world.ts';

const server = inject('kubeApiserver');

let weightless: RunningWeightless;

beforeAll(async () => {
  weightless = await startWeightless(['--kubeconfig', server.kubeconfigs.admin]);
});
afterAll(() => weightless?.stop());

const world = realWorld(kube(server), () => weightless);

// `npm start` takes no settings: the rows that need some run on the embedded API only.
const themes = Object.entries(SCENARIOS).map(
  ([theme, rows]) => [theme, rows.filter(({ settings }) => settings === undefined)] as const,
);

describe.each(themes)('%s, posted to npm start in front of a real API server', (_, rows) => {
  // test.each cuts titles after 40 characters.
  for (const scenario of rows) test(scenario.title, () => runScenario(scenario, world));
});
