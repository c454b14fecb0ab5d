import { createHash } from 'node:crypto';
import { demoObjects, demoWebhook, INCIDENT_SERVICE, NAMESPACE } from '#cli/demo/incident.ts';
import { createRollbackHandler } from '#functions/rollback/create-handler.ts';
import { kubernetesCluster } from '#shared/adapters/kubernetes/kubernetes-cluster.ts';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { SettingsSchema } from '#shared/contracts/settings.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { HttpHandler } from '#shared/runtime/http-function.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import { type KubeApiserver, startKubeApiserver } from '#test/real/engines/kube-apiserver.ts';
import { kube } from '#test/real/engines/kube-objects.ts';
import { floor } from './floor.ts';
import { printComparison } from './print-comparison.ts';

/*
 * Warm, on a real API server: from the webhook's event at the function's door until the VirtualService's patch is
 * answered, in turn with the floor: the same reads at the same time and the same patch, by bare node:https.
 */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 300);
const WARM_UP = 300;
const TOKEN = 'bench';
const ISTIO = '/apis/networking.istio.io/v1';
const OBJECT = `${ISTIO}/namespaces/${NAMESPACE}/virtualservices/${INCIDENT_SERVICE}`;
const LIST = `${ISTIO}/virtualservices?labelSelector=weightless%2Fmode&resourceVersion=0`;
const OPTIONAL = [
  '/apis/argoproj.io/v1alpha1/rollouts?resourceVersion=0',
  `${ISTIO}/namespaces/${NAMESPACE}/destinationrules?resourceVersion=0`,
  `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices?resourceVersion=0`,
];

const server = await startKubeApiserver();
try {
  await seed(server);
  console.log(
    `webhook in → VirtualService patched, ${ROUNDS} rounds each, in turn, warm, on a real kube-apiserver (loopback TLS)`,
  );
  for (const optionalReads of [true, false]) {
    const times = await measure(server, optionalReads);
    printComparison(optionalReads ? 'with all reads' : 'without optional reads', times);
  }
} finally {
  await server.stop();
}

async function seed(to: KubeApiserver): Promise<void> {
  const client = kube(to);
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  for (const object of demoObjects()) await client.create(asObject(object));
}

function asObject(object: Record<string, unknown>) {
  return object as Parameters<ReturnType<typeof kube>['create']>[0];
}

type Times = { readonly ours: number[]; readonly floor: number[] };

async function measure(on: KubeApiserver, optionalReads: boolean): Promise<Times> {
  const ours = product(on, optionalReads);
  const bare = floor(on);
  const times: Times = { ours: [], floor: [] };
  const client = kube(on);
  const original = asObject(demoObjects()[0] ?? {});
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    await reset();
    const product = await ours.rollBack(round);
    await reset();
    const least = await timed(() =>
      bare.readThenPatch(
        [LIST, ...(optionalReads ? OPTIONAL : [])],
        `${OBJECT}?fieldManager=weightless`,
        ours.lastPatch(),
      ),
    );
    if (round >= 0) {
      times.ours.push(product);
      times.floor.push(least);
    }
  }
  ours.close();
  bare.close();
  return times;

  /** The object as the incident left it, without journal and label of the last round. */
  async function reset(): Promise<void> {
    const { metadata } = await client.get(original);
    await client.replace({
      ...original,
      metadata: { ...original.metadata, resourceVersion: metadata.resourceVersion },
    });
  }
}

function product(on: KubeApiserver, optionalReads: boolean) {
  const credentials = { headers: async () => ({ authorization: `Bearer ${on.adminToken}` }), reload: () => undefined };
  const cluster = kubernetesCluster({
    name: 'bench',
    optionalReads,
    endpoint: { url: on.url, ca: on.ca, credentials },
  });
  let patchedAt = 0;
  let last = '';
  const watched: Cluster = {
    ...cluster,
    virtualServices: {
      ...cluster.virtualServices,
      async patch(ref, operations, signal) {
        const answer = await cluster.virtualServices.patch(ref, operations, signal);
        patchedAt = performance.now();
        // Without the version that it was made for, the floor can send it as it is.
        last = JSON.stringify(operations.slice(1));
        return answer;
      },
    },
  };
  const handler = handlerOf(watched, on.url);
  return {
    lastPatch: () => last,
    close: () => cluster.client.close(),
    async rollBack(round: number): Promise<number> {
      const event = eventOf(JSON.stringify(demoWebhook(Date.now() + round)));
      const start = performance.now();
      const { statusCode, body } = await handler(event, { signal: AbortSignal.timeout(15_000) });
      if (statusCode !== 200 || !body?.includes('"rolled-back"'))
        throw new Error(`Not rolled back: ${statusCode} ${body}`);
      return patchedAt - start;
    },
  };
}

function handlerOf(cluster: Cluster, endpoint: string): HttpHandler {
  const settings = SettingsSchema.parse({
    clusters: [{ name: 'bench', endpoint, token: { env: 'none' } }],
    tokens: [{ name: 'bench', sha256: createHash('sha256').update(TOKEN).digest('hex'), scope: 'alerts' }],
  });
  return createRollbackHandler({
    settings: async () => settings,
    clusters: async () => [cluster],
    rollbackLog: memoryRollbackLog(),
    clock: systemClock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    meter: { count: () => undefined, milliseconds: () => undefined },
  });
}

function eventOf(body: string): Parameters<HttpHandler>[0] {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const http = { method: 'POST', path: '/v1/alerts', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'bench' };
  const context = {
    accountId: '',
    apiId: '',
    domainName: '',
    domainPrefix: '',
    http,
    requestId: '',
    routeKey: '',
    stage: '$default',
    time: '',
    timeEpoch: 0,
  };
  return {
    version: '2.0',
    routeKey: '',
    rawPath: '/v1/alerts',
    rawQueryString: '',
    headers,
    requestContext: context,
    body,
    isBase64Encoded: false,
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
