import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { REASONS } from '#shared/domain/outcome.ts';
import { SCENARIOS } from '#test/scenarios/all.ts';
import { FAULT_REASONS, GUARD_REASONS } from '#test/scenarios/reasons.ts';
import { runScenario } from '#test/scenarios/run-scenario.ts';
import { type RunningWeightless, startWeightless } from './engines/weightless.ts';
import { realWorld } from './real-world.ts';

const server = inject('kubeApiserver');

let weightless: RunningWeightless;

beforeAll(async () => {
  weightless = await startWeightless(['--kubeconfig', server.kubeconfigs.member]);
});
afterAll(() => weightless?.stop());

const world = realWorld(server, () => weightless);

// `npm start` takes no settings: the rows that need some run on the embedded API only.
const themes = Object.entries(SCENARIOS).map(
  ([theme, rows]) => [theme, rows.filter(({ settings }) => settings === undefined)] as const,
);

describe.each(themes)('%s, posted to npm start in front of a real API server', (_, rows) => {
  // test.each cuts titles after 40 characters.
  for (const scenario of rows) test(scenario.title, () => runScenario(scenario, world));
});

test('every reason that is no fault has been given above', () => {
  const steps = themes.flatMap(([, rows]) => rows.flatMap((row) => row.steps));
  const results = steps.flatMap((step) => ('deliver' in step ? step.expect.results : []));

  const given = new Set<string | undefined>([
    ...results.map(({ reason }) => reason),
    ...FAULT_REASONS,
    ...GUARD_REASONS,
  ]);

  expect(Object.keys(REASONS).filter((reason) => !given.has(reason))).toEqual([]);
});
