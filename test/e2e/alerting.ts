import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RawAlert } from '#test/builders/alert.ts';
import {
  type AlertmanagerVersion,
  type RunningAlertmanager,
  startAlertmanager,
} from '#test/real/engines/alertmanager.ts';
import { startIstioMetrics } from '#test/real/engines/istio-metrics.ts';
import { startPrometheus } from '#test/real/engines/prometheus.ts';
import { shippedAlertmanagerConfig, shippedRules } from '#test/real/engines/shipped-alerting.ts';
import { beginIncident } from '#test/real/incident-world.ts';
import type { Stack } from './stack.ts';

export type AlertingOptions = {
  readonly alertmanagers: readonly AlertmanagerVersion[];
  /** What the alerts say the cluster is. */
  readonly cluster: string;
  /** Whether the Alertmanagers are one cluster; otherwise each stands alone and delivers. */
  readonly gossip?: boolean;
  /** Instead of a group for each canary. */
  readonly groupBy?: string[];
};

export type Alerting = {
  readonly alertmanagers: readonly RunningAlertmanager[];
  /** Both versions in use and healthy; then 99 of 100 requests go to v2, which fails. */
  beginIncident(namespace: string): Promise<void>;
  /** Alerts as a Prometheus sends them, to each Alertmanager. */
  post(alerts: readonly RawAlert[]): Promise<void>;
  /** Resolves once so many of the Alertmanagers have posted something, and had an answer. */
  delivered(count: number): Promise<void>;
  stop(): Promise<void>;
};

/** What users run before the stack: their Prometheus, and Alertmanagers that know nothing of each other, as shipped. */
export async function startAlerting(
  { webhookUrl: url, world }: Stack,
  { alertmanagers: versions, cluster, gossip = false, groupBy }: AlertingOptions,
): Promise<Alerting> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    const directory = await mkdtemp(join(tmpdir(), 'weightless-e2e-alerting-'));
    stops.push(() => rm(directory, { recursive: true, force: true }));
    const credentialsFile = join(directory, 'token');
    await writeFile(credentialsFile, world.alertsToken);
    const alertmanagers: RunningAlertmanager[] = [];
    for (const version of versions) {
      const more = groupBy === undefined ? {} : { groupBy };
      const config = await shippedAlertmanagerConfig({ version, url, credentialsFile, ...more });
      const alertmanager = await startAlertmanager({
        version,
        config,
        ...(gossip ? { peers: addresses(alertmanagers) } : {}),
      });
      stops.push(alertmanager.stop);
      alertmanagers.push(alertmanager);
    }
    const metrics = await startIstioMetrics();
    stops.push(metrics.stop);
    const prometheus = await startPrometheus({
      scrapeTargets: [metrics.hostPort],
      ruleFiles: [shippedRules],
      alertmanagers: alertmanagers.map(({ hostPort }) => hostPort),
      externalLabels: { cluster },
    });
    stops.push(prometheus.stop);
    if (gossip)
      await Promise.all(alertmanagers.map((each) => until(each, 'alertmanager_cluster_members', versions.length)));
    return {
      alertmanagers,
      beginIncident: (namespace) => beginIncident({ metrics, namespace }),
      async post(alerts) {
        const body = JSON.stringify(
          alerts.map(({ labels, annotations, startsAt, generatorURL }) => ({
            labels,
            annotations,
            startsAt,
            generatorURL,
          })),
        );
        const headers = { 'content-type': 'application/json' };
        for (const { url: to } of alertmanagers) {
          const response = await fetch(`${to}/api/v2/alerts`, { method: 'POST', headers, body });
          if (!response.ok) throw new Error(`Alertmanager did not take the alerts: ${await response.text()}`);
        }
      },
      async delivered(count) {
        const heard = alertmanagers.map((each) => until(each, 'alertmanager_notification_requests_total', 1));
        await firstOf(count, heard);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function addresses(alertmanagers: readonly RunningAlertmanager[]): string[] {
  return alertmanagers.flatMap(({ clusterAddress }) => clusterAddress ?? []);
}

/** Resolves once a counter of an Alertmanager, over all its labels of the webhook, has this value or more. */
async function until({ url }: RunningAlertmanager, name: string, least: number): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
    const samples = lines.filter(
      (line) => line.startsWith(name) && !(line.includes('integration=') && !line.includes('"webhook"')),
    );
    const value = samples.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    if (value >= least) return;
    await sleep(100);
  }
  throw new Error(`The Alertmanager at ${url} did not come to ${name} ${least} in two minutes`);
}

/** Resolves once so many of them have. */
async function firstOf(count: number, promises: readonly Promise<void>[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let done = 0;
  for (const each of promises) {
    each.then(() => {
      done += 1;
      if (done >= count) resolve();
    }, reject);
  }
  return promise;
}
