import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { answersOk, startEngineProcess } from '#cli/local/engine-process.ts';
import { freePort } from '#cli/local/free-port.ts';
import { engineFile } from './engine-file.ts';

export type PrometheusOptions = {
  /** host:port of what is scraped, each at /metrics. */
  scrapeTargets: string[];
  /** Absolute paths. */
  ruleFiles: string[];
  /** host:port of each Alertmanager. */
  alertmanagers: string[];
  scrapeInterval?: string;
  /** For rule groups that name no interval of their own. */
  evaluationInterval?: string;
  /** What alerts carry beside the labels of their metrics, such as the cluster. */
  externalLabels?: Record<string, string>;
  /** What `generatorURL` of an alert begins with; the default is where this Prometheus really is. */
  externalUrl?: string;
};

export type RunningPrometheus = { url: string; stop(): Promise<void> };

/** Starts the real Prometheus on loopback with a data directory of its own, gone after `stop`. */
export async function startPrometheus(options: PrometheusOptions): Promise<RunningPrometheus> {
  const command = engineFile('prometheus/prometheus');
  const directory = await mkdtemp(join(tmpdir(), 'weightless-prometheus-'));
  const configFile = join(directory, 'prometheus.yml');
  await writeFile(configFile, stringify(configuration(options)));
  const hostPort = `127.0.0.1:${await freePort()}`;
  const url = `http://${hostPort}`;
  const removeDirectory = () => rm(directory, { recursive: true, force: true });
  try {
    const engine = await startEngineProcess({
      name: 'prometheus',
      command,
      args: [
        `--config.file=${configFile}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=${hostPort}`,
        `--web.external-url=${options.externalUrl ?? url}`,
        '--web.route-prefix=/',
        '--log.level=warn',
      ],
      isReady: () => answersOk(`${url}/-/ready`),
    });
    return { url, stop: () => engine.stop().then(removeDirectory) };
  } catch (error) {
    await removeDirectory();
    throw error;
  }
}

function configuration(options: PrometheusOptions) {
  return {
    global: {
      scrape_interval: options.scrapeInterval ?? '1s',
      evaluation_interval: options.evaluationInterval ?? '1s',
      external_labels: options.externalLabels ?? {},
    },
    rule_files: options.ruleFiles,
    scrape_configs: [{ job_name: 'istio', static_configs: [{ targets: options.scrapeTargets }] }],
    alerting: { alertmanagers: [{ static_configs: [{ targets: options.alertmanagers }] }] },
  };
}
