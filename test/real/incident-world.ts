import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { HttpHandler } from '#shared/runtime/http-function.ts';
import { type AlertmanagerVersion, startAlertmanager } from './engines/alertmanager.ts';
import { type IstioMetrics, startIstioMetrics } from './engines/istio-metrics.ts';
import type { KubeObjects } from './engines/kube-objects.ts';
import { startPrometheus } from './engines/prometheus.ts';
import { type ServiceInProcess, startServiceInProcess } from './engines/service-in-process.ts';
import { shippedAlertmanagerConfig, shippedRules } from './engines/shipped-alerting.ts';

export const SERVICE = 'payment-svc';

export type Delivery = { readonly status: string; readonly answer: number | undefined };

/** Lets alerts in once so many deliveries have come, all at once, and keeps what was delivered. */
function atOnce(count: number, deliveries: Delivery[]): (handler: HttpHandler) => HttpHandler {
  return (handler) => {
    const waiting = new Map<string, (() => void)[]>();
    return async (event, options) => {
      if (event.rawPath !== '/v1/alerts') return handler(event, options);
      const { status } = Webhook.parse(JSON.parse(Buffer.from(event.body ?? '', 'base64').toString()));
      const group = waiting.get(status) ?? [];
      waiting.set(status, group);
      await new Promise<void>((resolve) => {
        group.push(resolve);
        if (group.length >= count) for (const enter of group) enter();
      });
      const answer = await handler(event, options);
      deliveries.push({ status, answer: answer.statusCode });
      return answer;
    };
  };
}
const Webhook = z.object({ status: z.string() });

export type IncidentWorld = {
  readonly namespace: string;
  readonly service: ServiceInProcess;
  readonly metrics: IstioMetrics;
  readonly deliveries: readonly Delivery[];
  /** The version of the VirtualService when the incident began. */
  readonly resourceVersion: string;
  stop(): Promise<void>;
};

type WorldOptions = {
  readonly admin: KubeObjects;
  /** Of the user that the service is. */
  readonly kubeconfig: string;
  readonly alertmanagers: readonly AlertmanagerVersion[];
};

/** The cluster with the incident in it, the service, and what watches and alerts; every part is the real one. */
export async function startIncidentWorld(options: WorldOptions): Promise<IncidentWorld> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    return { ...(await startParts(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  { admin, kubeconfig, alertmanagers: versions }: WorldOptions,
  stops: (() => Promise<unknown>)[],
): Promise<Omit<IncidentWorld, 'stop'>> {
  const namespace = await admin.newNamespace();
  await admin.create(destinationRule(namespace));
  const { metadata } = await admin.create(virtualService(namespace));
  const deliveries: Delivery[] = [];
  const service = await startServiceInProcess(kubeconfig, atOnce(versions.length, deliveries));
  stops.push(service.stop);
  const metrics = await startIstioMetrics();
  stops.push(metrics.stop);
  const alertmanagers = await startAlertmanagers(versions, service, stops);
  const prometheus = await startPrometheus({
    scrapeTargets: [metrics.hostPort],
    ruleFiles: [shippedRules],
    alertmanagers,
  });
  stops.push(prometheus.stop);
  return { namespace, service, metrics, deliveries, resourceVersion: metadata.resourceVersion ?? '' };
}

/** Each stands alone and knows nothing of the others, with the configuration that users deploy. */
async function startAlertmanagers(
  versions: readonly AlertmanagerVersion[],
  { url, alertsToken }: ServiceInProcess,
  stops: (() => Promise<unknown>)[],
): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'weightless-incident-'));
  stops.push(() => rm(directory, { recursive: true, force: true }));
  const credentialsFile = join(directory, 'token');
  await writeFile(credentialsFile, alertsToken);
  const hostPorts: string[] = [];
  for (const version of versions) {
    const config = await shippedAlertmanagerConfig({ version, url: `${url}/v1/alerts`, credentialsFile });
    const alertmanager = await startAlertmanager({ version, config });
    stops.push(alertmanager.stop);
    hostPorts.push(alertmanager.hostPort);
  }
  return hostPorts;
}

/** Its subsets say which version is which. */
export function destinationRule(namespace: string) {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: SERVICE, namespace },
    spec: { host: SERVICE, subsets: ['v1', 'v2'].map((version) => ({ name: version, labels: { version } })) },
  };
}

/** As the typo left it. */
export function virtualService(namespace: string) {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: {
      name: SERVICE,
      namespace,
      labels: { 'weightless/mode': 'act' },
      annotations: { 'weightless/canary': 'v2', 'weightless/stable': 'v1' },
    },
    spec: {
      hosts: [SERVICE],
      http: [
        {
          name: 'testers',
          match: [{ headers: { 'x-canary': { exact: 'always' } } }],
          route: [{ destination: { host: SERVICE, subset: 'v2' } }],
        },
        { name: 'users', route: users(1, 99) },
      ],
    },
  };
}

/** The route of everybody but the testers. */
export function users(stable: number, canary: number) {
  return [
    { destination: { host: SERVICE, subset: 'v1' }, weight: stable },
    { destination: { host: SERVICE, subset: 'v2' }, weight: canary },
  ];
}

/** Both versions in use and healthy; then the typo is applied, and v2 fails. */
export async function beginIncident({
  metrics,
  namespace,
}: Pick<IncidentWorld, 'metrics' | 'namespace'>): Promise<void> {
  metrics.serve({ v1: { rps: 45, errorRatio: 0 }, v2: { rps: 5, errorRatio: 0 } }, SERVICE, namespace);
  await metrics.scraped(3);
  metrics.serve({ v1: { rps: 0.5, errorRatio: 0 }, v2: { rps: 49.5, errorRatio: 0.99 } }, SERVICE, namespace);
}

/** v2 is mended; so much of its traffic is healthy that the rule's minute need not pass. */
export function endErrors({ metrics, namespace }: IncidentWorld): void {
  metrics.serve({ v1: { rps: 50, errorRatio: 0 }, v2: { rps: 3000, errorRatio: 0 } }, SERVICE, namespace);
}
