import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isWatchdog } from '#functions/rollback/heartbeat.ts';
import { parseWebhook } from '#shared/contracts/webhook.ts';
import { type AlertmanagerVersion, startAlertmanager } from '#test/real/engines/alertmanager.ts';
import { startIstioMetrics } from '#test/real/engines/istio-metrics.ts';
import { startPrometheus } from '#test/real/engines/prometheus.ts';
import { shippedAlertmanagerConfig, shippedRules, shippedWatchdog } from '#test/real/engines/shipped-alerting.ts';
import { startWebhookReceiver } from '#test/real/engines/webhook-receiver.ts';

const versions: AlertmanagerVersion[] = ['0.25', '0.31'];

describe('the shipped rule and the shipped Alertmanager configuration', () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function startWorld() {
    const directory = await mkdtemp(join(tmpdir(), 'weightless-alerting-'));
    cleanups.push(() => rm(directory, { recursive: true, force: true }));
    const credentialsFile = join(directory, 'token');
    await writeFile(credentialsFile, 'a-token-of-the-tests');
    const receiver = await startWebhookReceiver();
    cleanups.push(receiver.stop);
    const metrics = await startIstioMetrics();
    cleanups.push(metrics.stop);
    const alertmanagers: string[] = [];
    for (const version of versions) {
      const config = await shippedAlertmanagerConfig({
        version,
        url: `${receiver.url}/${version}`,
        heartbeatUrl: `${receiver.url}/${version}/heartbeat`,
        credentialsFile,
      });
      const alertmanager = await startAlertmanager({ version, config });
      cleanups.push(alertmanager.stop);
      alertmanagers.push(alertmanager.hostPort);
    }
    const prometheus = await startPrometheus({
      scrapeTargets: [metrics.hostPort],
      ruleFiles: [shippedRules, shippedWatchdog],
      alertmanagers,
      // The rules bring their own intervals: with this one the test would run into its time limit.
      evaluationInterval: '10m',
    });
    cleanups.push(prometheus.stop);
    return { metrics, receiver };
  }

  it('post the failing version of a 99/1 canary to the service, with the token, from either Alertmanager', async () => {
    const { metrics, receiver } = await startWorld();
    metrics.serve({ v1: { rps: 50, errorRatio: 0 }, v2: { rps: 0, errorRatio: 0 } });
    await metrics.scraped(3);

    metrics.serve({ v1: { rps: 0.5, errorRatio: 0 }, v2: { rps: 49.5, errorRatio: 0.99 } });
    const deliveries = await Promise.all(
      versions.map((version) => receiver.waitFor(({ path }) => path === `/${version}`)),
    );

    for (const { headers, body } of deliveries) {
      expect(headers).toMatchObject({
        authorization: 'Bearer a-token-of-the-tests',
        'content-type': 'application/json',
      });
      expect(JSON.parse(body)).toMatchObject({
        version: '4',
        status: 'firing',
        receiver: 'weightless',
        truncatedAlerts: 0,
        alerts: [
          {
            status: 'firing',
            labels: {
              alertname: 'CanaryErrorRateHigh',
              severity: 'critical',
              destination_service_namespace: 'production',
              destination_service_name: 'payment-svc',
              destination_version: 'v2',
            },
          },
        ],
      });
    }
  });

  // The rule is looked at within 30 s, and what Prometheus could not send then it sends a minute later.
  const patience = { timeout: 240_000 };
  it('post the Watchdog to the heartbeat, with the token, from either Alertmanager', patience, async () => {
    const { receiver } = await startWorld();

    const deliveries = await Promise.all(
      versions.map((version) => receiver.waitFor(({ path }) => path === `/${version}/heartbeat`, 180_000)),
    );

    for (const { headers, body } of deliveries) {
      const parsed = parseWebhook(body);
      expect(headers).toMatchObject({ authorization: 'Bearer a-token-of-the-tests' });
      expect(parsed).toMatchObject({ kind: 'webhook', webhook: { alerts: [{ status: 'firing' }] } });
      expect(parsed.kind === 'webhook' && parsed.webhook.alerts.every(isWatchdog)).toBe(true);
    }
  });
});
