import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineFile } from '#test/real/engines/engine-file.ts';
import { runTool } from '#test/real/engines/run-tool.ts';

const shipped = fileURLToPath(new URL('../../infra/prometheus', import.meta.url));
const rules = 'canary-error-rate.rules.yaml';
const tests = 'canary-error-rate.test.yaml';
const promtool = () => engineFile('prometheus/promtool');

describe('the shipped canary rule', () => {
  it('is one that Prometheus loads, with nothing to lint', async () => {
    const result = await runTool(promtool(), ['check', 'rules', '--lint=all', '--lint-fatal', join(shipped, rules)]);

    expect(result).toMatchObject({ code: 0, output: expect.stringContaining('SUCCESS: 1 rules found') });
  });

  it('fires and stays silent as its unit tests say', async () => {
    const result = await runTool(promtool(), ['test', 'rules', join(shipped, tests)]);

    expect(result).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') });
  });
});

describe('the shipped Watchdog', () => {
  it('is a rule that Prometheus loads, with nothing to lint', async () => {
    const file = join(shipped, 'watchdog.rules.yaml');

    const result = await runTool(promtool(), ['check', 'rules', '--lint=all', '--lint-fatal', file]);

    expect(result).toMatchObject({ code: 0, output: expect.stringContaining('SUCCESS: 1 rules found') });
  });

  it('fires as its unit tests say: always', async () => {
    const result = await runTool(promtool(), ['test', 'rules', join(shipped, 'watchdog.test.yaml')]);

    expect(result).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') });
  });
});

describe("the shipped rule's unit tests", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'weightless-rules-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it.each([
    ['the fewest requests', '>= 50', '>= 0'],
    ['the second version', '>= 2', '>= 1'],
    ['the threshold', '> 0.05', '> 0'],
    ['the errors of gRPC', '2|4|12|13|14|15', '99'],
    ['the difference between an error of gRPC and an answer', '2|4|12|13|14|15', '.+'],
    ['the reporters kept apart', 'by (reporter, ', 'by ('],
    ['the long look back at the other version', '[10m]', '[1m]'],
    [
      'the canary that is a service of its own',
      'destination_service_name=~".+-canary"',
      'destination_service_name="none"',
    ],
    ['the exception for requests that reach no pod', 'destination_version="unknown"', 'destination_version="none"'],
    ['the unknown version not counted as one', 'destination_version!="unknown"', 'destination_version!="none"'],
    ['the cluster', 'cluster, ', ''],
    ['the firing without a wait', 'for: 0s', 'for: 15s'],
    ['the severity', 'severity: critical', 'severity: ticket'],
  ])('notice a rule without %s', async (_guard, part, replacement) => {
    const text = await readFile(join(shipped, rules), 'utf8');
    await writeFile(join(directory, rules), text.replaceAll(part, replacement));
    await writeFile(join(directory, tests), await readFile(join(shipped, tests)));

    const result = await runTool(promtool(), ['test', 'rules', join(directory, tests)]);

    expect(text).toContain(part);
    expect(result).toEqual({ code: 1, output: expect.stringContaining('alertname: CanaryErrorRateHigh') });
  });
});
