import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], more: Record<string, unknown> = {}) => ({
  test: { name, include, mockReset: true, unstubEnvs: true, ...more },
});

/** Where to write what happened as JSON, too: .ci/run adds the numbers up. */
const report = process.env['TEST_REPORT'];

/**
 * Real engines on a shared machine may stall: in CI such a test that fails is tried once more, and the run ends with the
 * names of those that were.
 */
const retry = process.env['CI'] ? 1 : 0;

/** unit and integration need nothing but npm; real and faults need the engines that `npm run engines` puts into .cache/. */
export default defineConfig({
  test: {
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    // The default leaves one core out, which on two is half the speed.
    maxWorkers: '100%',
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], { testTimeout: 30_000 }),
      project('integration', ['test/integration/**/*.test.ts'], { testTimeout: 60_000, hookTimeout: 60_000 }),
      project('deploy', ['test/deploy/**/*.test.ts'], {
        hookTimeout: 60_000,
        globalSetup: ['test/deploy/global-setup.ts'],
      }),
      project('real', ['test/real/**/*.test.ts'], {
        retry,
        testTimeout: 120_000,
        hookTimeout: 120_000,
        fileParallelism: false,
        globalSetup: ['test/real/global-setup.ts'],
      }),
      project('faults', ['test/faults/**/*.test.ts'], {
        retry,
        testTimeout: 300_000,
        hookTimeout: 300_000,
        fileParallelism: false,
        globalSetup: ['test/real/global-setup.ts', 'test/faults/global-setup.ts'],
      }),
      project('e2e', ['test/e2e/**/*.test.ts'], {
        retry,
        testTimeout: 180_000,
        hookTimeout: 180_000,
        fileParallelism: false,
        globalSetup: ['test/e2e/global-setup.ts'],
      }),
    ],
    coverage: {
      include: ['functions/**', 'shared/**'],
      exclude: ['functions/*/handler.ts', 'shared/ports/**'],
      // npm test -- --coverage: what decides and what acts has no line that no test runs.
      thresholds: { 'shared/domain/**': { lines: 100 }, 'shared/steps/**': { lines: 100 } },
    },
  },
});
