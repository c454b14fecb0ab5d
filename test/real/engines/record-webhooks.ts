import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AlertmanagerVersion, startAlertmanager } from './alertmanager.ts';
import { startIstioMetrics } from './istio-metrics.ts';
import { startPrometheus } from './prometheus.ts';
import { shippedAlertmanagerConfig, shippedRules } from './shipped-alerting.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

/**
 * Records what real Alertmanagers post, byte for byte, into test/fixtures/alertmanager: the shipped rule over a played
 * incident, delivered with the shipped configuration, and for the mixed group with a grouping that users have, too.
 * Takes about three minutes, because an alert stays until its one-minute window is free of errors.
 */
const fixtures = new URL('../../fixtures/alertmanager/', import.meta.url);
const versions: AlertmanagerVersion[] = ['0.25', '0.31'];
/** As shipped, and one group for all canaries. */
const groupings: [name: string, groupBy: { groupBy?: string[] }][] = [
  ['each', {}],
  ['together', { groupBy: ['alertname'] }],
];
const cleanups: (() => Promise<unknown>)[] = [];

type Posted = { status: string; alerts: { status: string; labels: Record<string, string> }[] };

try {
  await mkdir(fixtures, { recursive: true });
  await record();
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
}

async function record() {
  const directory = await mkdtemp(join(tmpdir(), 'weightless-record-'));
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  const credentialsFile = join(directory, 'token');
  await writeFile(credentialsFile, 'any');
  const receiver = await startWebhookReceiver();
  cleanups.push(receiver.stop);
  const metrics = await startIstioMetrics();
  cleanups.push(metrics.stop);

  const alertmanagers: string[] = [];
  for (const version of versions) {
    for (const [grouping, groupBy] of groupings) {
      const url = `${receiver.url}/${grouping}/${version}`;
      const config = await shippedAlertmanagerConfig({ version, url, credentialsFile, ...groupBy });
      const alertmanager = await startAlertmanager({ version, config, externalUrl: 'http://alertmanager.example.com' });
      cleanups.push(alertmanager.stop);
      alertmanagers.push(alertmanager.hostPort);
    }
  }
  const prometheus = await startPrometheus({
    scrapeTargets: [metrics.hostPort],
    ruleFiles: [shippedRules],
    alertmanagers,
    externalUrl: 'http://prometheus.example.com',
  });
  cleanups.push(prometheus.stop);

  async function keep(name: string, grouping: string, fits: (posted: Posted) => boolean) {
    for (const version of versions) {
      const path = `/${grouping}/${version}`;
      const { body } = await receiver.waitFor(
        (delivery) => delivery.path === path && fits(JSON.parse(delivery.body)),
        180_000,
      );
      await writeFile(new URL(`${version}-${name}.json`, fixtures), body);
      console.log(`${version}-${name}.json: ${body.length} bytes`);
    }
  }
  const tells = (version: string, status: string) => (posted: Posted) =>
    posted.alerts.some((alert) => alert.status === status && alert.labels['destination_version'] === version);

  metrics.serve({ v1: { rps: 50, errorRatio: 0 }, v2: { rps: 0, errorRatio: 0 } });
  await metrics.scraped(5);
  metrics.serve({ v1: { rps: 0.5, errorRatio: 0 }, v2: { rps: 49.5, errorRatio: 0.99 } });
  await keep('firing', 'each', tells('v2', 'firing'));

  metrics.serve({ v1: { rps: 20, errorRatio: 1 }, v2: { rps: 30, errorRatio: 0.99 } });
  await receiver.waitFor(({ path, body }) => path.startsWith('/together/') && tells('v1', 'firing')(JSON.parse(body)));
  metrics.serve({ v1: { rps: 20, errorRatio: 0 }, v2: { rps: 30, errorRatio: 0.99 } });
  await keep('mixed', 'together', (posted) => tells('v1', 'resolved')(posted) && tells('v2', 'firing')(posted));

  // What a rollback looks like from here: no more requests at v2.
  metrics.serve({ v1: { rps: 50, errorRatio: 0 } });
  await keep('resolved', 'each', tells('v2', 'resolved'));
}
