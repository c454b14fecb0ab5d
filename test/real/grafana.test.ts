import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { prometheusDashboard } from '#infra/grafana/prometheus-dashboard.ts';
import { type IstioMetrics, startIstioMetrics } from '#test/real/engines/istio-metrics.ts';
import { type RunningPrometheus, startPrometheus } from '#test/real/engines/prometheus.ts';

const PanelsSchema = z.array(
  z.object({ title: z.string(), targets: z.optional(z.array(z.object({ expr: z.string() }))) }),
);
const QUERIES = PanelsSchema.parse(prometheusDashboard().panels).flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, filledIn(expr)] as const),
);
const AnswerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

let metrics: IstioMetrics;
let prometheus: RunningPrometheus;
let directory: string;
beforeAll(async () => {
  metrics = await startIstioMetrics();
  metrics.serve({ v1: { rps: 90, errorRatio: 0 }, v2: { rps: 10, errorRatio: 0.5 } });
  const shipped = absolute('infra/prometheus/canary-error-rate.rules.yaml');
  directory = await mkdtemp(join(tmpdir(), 'weightless-dashboard-'));
  // Prometheus writes ALERTS from a group's third evaluation on: that is not waited for at 30 s each.
  const watchdog = join(directory, 'watchdog.yaml');
  const rules = await readFile(absolute('infra/prometheus/watchdog.rules.yaml'), 'utf8');
  await writeFile(watchdog, rules.replace('interval: 30s', 'interval: 1s'));
  prometheus = await startPrometheus({
    scrapeTargets: [metrics.hostPort],
    ruleFiles: [shipped, watchdog],
    alertmanagers: [],
  });
  await metrics.scraped(8);
});
afterAll(async () => {
  await prometheus.stop();
  await metrics.stop();
  await rm(directory, { recursive: true, force: true });
});

/** As Grafana fills its variables in. */
function filledIn(expr: string): string {
  return expr.replaceAll('$__rate_interval', '10s').replaceAll('$namespace', 'production').replaceAll('$service', '.+');
}

function absolute(path: string): string {
  return new URL(`../../${path}`, import.meta.url).pathname;
}

async function ask(query: string): Promise<Record<string, number>> {
  const response = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query }).toString()}`);
  const { data } = AnswerSchema.parse(await response.json());
  return Object.fromEntries(
    data.result.map(({ metric, value }) => [metric['destination_version'] ?? '', Number(value[1])]),
  );
}

function queryOf(title: string): string {
  return QUERIES.find(([name]) => name === title)?.[1] ?? '';
}

describe('the queries of the dashboard for Prometheus', () => {
  it.each(QUERIES)('of “%s” parse', async (_title, query) => {
    const answer = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query }).toString()}`);

    expect(AnswerSchema.safeParse(await answer.json()).error).toBeUndefined();
  });

  it('show the error rate of each version, a healthy one’s too', async () => {
    const rates = await ask(queryOf('Error rate by version'));

    expect(rates['v1']).toBe(0);
    expect(rates['v2']).toBeGreaterThan(0.3);
    expect(rates['v2']).toBeLessThan(0.7);
  });

  it('show the weights as the share of the requests', async () => {
    const shares = await ask(queryOf('Weights, as requests arrive'));

    expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    expect(shares['v1']).toBeGreaterThan(0.8);
  });

  it('show the version whose alert fires', async () => {
    await expect.poll(() => ask(queryOf('Canary alerts')), { timeout: 60_000 }).toEqual({ v2: 1 });
  });

  it('show that the Watchdog fires', async () => {
    await expect.poll(() => ask(queryOf('Watchdog')), { timeout: 60_000 }).toEqual({ '': 1 });
  });
});
