import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trafficFromSettings } from '#shared/adapters/prometheus/traffic-from-settings.ts';
import { PrometheusSchema } from '#shared/contracts/settings.ts';
import type { TrafficQuestion } from '#shared/ports/traffic.ts';
import { type IstioMetrics, startIstioMetrics } from './engines/istio-metrics.ts';
import { type RunningPrometheus, startPrometheus } from './engines/prometheus.ts';

const never = new AbortController().signal;
const host = 'payment-svc.production.svc.cluster.local';
const WINDOW_S = 4;
const both = { v1: { rps: 20, errorRatio: 0 }, v2: { rps: 10, errorRatio: 0.5 } };

let metrics: IstioMetrics;
let prometheus: RunningPrometheus;
beforeAll(async () => {
  metrics = await startIstioMetrics();
  prometheus = await startPrometheus({ scrapeTargets: [metrics.hostPort], ruleFiles: [], alertmanagers: [] });
}, 60_000);
afterAll(async () => {
  await prometheus?.stop();
  await metrics?.stop();
});

function requestsOf(canary: TrafficQuestion['canary'], podLabels?: Record<string, string>, labels = {}) {
  const settings = PrometheusSchema.parse({ url: prometheus.url, window: `${WINDOW_S}s`, labels });
  const at = Date.now();
  const question = { canary, podLabels, at, seenSince: at - 600_000 };
  return trafficFromSettings(settings, { environment: {} }).requestsPerSecond(question, never);
}
const v2 = () => requestsOf({ host, subset: 'v2' }, { version: 'v2' });

describe('the requests of a canary, asked of the real Prometheus', () => {
  test('are what one end of the mesh counts, errors and all', async () => {
    metrics.serve(both);
    await metrics.scraped(WINDOW_S + 2);

    const [subset, whole] = [await v2(), await requestsOf({ host })];

    expect(subset).toBeGreaterThan(5);
    expect(subset).toBeLessThan(15);
    expect(whole).toBeGreaterThan(20);
    expect(whole).toBeLessThan(45);
  });

  test('are none once they have stopped, while the others go on', async () => {
    metrics.serve(both);
    await metrics.scraped(3);
    metrics.serve({ v1: { rps: 30, errorRatio: 0 } });
    await metrics.scraped(WINDOW_S + 2);

    expect(await v2()).toBe(0);
  });

  test.each([
    ['a version that was never there', { host, subset: 'v2' }, { version: 'v3' }, {}],
    ['a name that would end the query', { host, subset: 'v2' }, { version: '"} or vector(7) or x{a="\\' }, {}],
    ['the labels of another cluster', { host, subset: 'v2' }, { version: 'v2' }, { cluster: 'elsewhere' }],
  ])('are not known for %s', async (_, canary, podLabels, labels) => {
    metrics.serve(both);
    await metrics.scraped(3);

    expect(await requestsOf(canary, podLabels, labels)).toBeUndefined();
  });
});
