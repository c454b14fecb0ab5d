import { setTimeout as sleep } from 'node:timers/promises';
import { type ClusterStage, collectionOf, type Verdict, WEBHOOK_NAME } from '#test/port-suites/cluster-stage.ts';
import { type KubeWebhook, startKubeWebhook, type WebhookAnswer } from './kube-webhook.ts';

type Server = { readonly dir: string; readonly ca: string };
type Send = ClusterStage['send'];
export type Undo = () => Promise<void>;

const REGISTRATION = '/apis/admissionregistration.k8s.io/v1';
const RULE = {
  apiGroups: ['networking.istio.io'],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['virtualservices'],
};
const effectiveWithinMs = 30_000;

/** Makes the server's admission say so in one namespace, and waits until it does. */
export async function setAdmission(server: Server, send: Send, namespace: string, verdict: Verdict): Promise<Undo> {
  if (verdict.kind === 'policy-denies') return setPolicy(send, namespace, verdict);
  const webhook = await startKubeWebhook(server, () => answerOf(verdict));
  const undo = await register(send, namespace, verdict, webhook);
  await untilEffective(send, namespace, () => webhook.asked() > 0);
  if (verdict.kind === 'webhook-is-down') await webhook.close();
  return async () => {
    await undo();
    await webhook.close();
  };
}

function answerOf(verdict: Verdict): WebhookAnswer {
  if (verdict.kind === 'webhook-patches') {
    const patch = Buffer.from(JSON.stringify(verdict.operations)).toString('base64');
    return { allowed: true, patchType: 'JSONPatch', patch };
  }
  if (verdict.kind !== 'webhook-denies') return { allowed: true };
  const { code, reason, message, retryAfterSeconds } = verdict;
  const details = retryAfterSeconds === undefined ? undefined : { retryAfterSeconds };
  return { allowed: false, status: { code, reason, message, details } };
}

async function register(send: Send, namespace: string, verdict: Verdict, webhook: KubeWebhook): Promise<Undo> {
  const kind = verdict.kind === 'webhook-patches' ? 'mutatingwebhookconfigurations' : 'validatingwebhookconfigurations';
  const configuration = {
    metadata: { name: namespace },
    webhooks: [
      {
        name: WEBHOOK_NAME,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        timeoutSeconds: 10,
        clientConfig: webhook.clientConfig,
        namespaceSelector: inNamespace(namespace),
        rules: [RULE],
      },
    ],
  };
  return createThere(send, `${REGISTRATION}/${kind}`, configuration);
}

async function setPolicy(send: Send, namespace: string, verdict: Verdict & { kind: 'policy-denies' }): Promise<Undo> {
  const { message, reason } = verdict;
  const undoPolicy = await createThere(send, `${REGISTRATION}/validatingadmissionpolicies`, {
    metadata: { name: namespace },
    spec: { matchConstraints: { resourceRules: [RULE] }, validations: [{ expression: 'false', message, reason }] },
  });
  const undoBinding = await createThere(send, `${REGISTRATION}/validatingadmissionpolicybindings`, {
    metadata: { name: namespace },
    spec: {
      policyName: namespace,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: inNamespace(namespace) },
    },
  });
  await untilEffective(send, namespace, (status) => status !== 201);
  return async () => {
    await undoBinding();
    await undoPolicy();
  };
}

function inNamespace(namespace: string): object {
  return { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
}

/** Creates an object of the cluster's, and says how to remove it. */
export async function createThere(
  send: Send,
  collection: string,
  object: { readonly metadata: { readonly name: string }; readonly [key: string]: unknown },
): Promise<Undo> {
  const { status, text } = await send({ method: 'POST', path: collection, body: object });
  if (status !== 201) throw new Error(`${collection}/${object.metadata.name} was not created: ${status} ${text}`);
  return async () => {
    await send({ method: 'DELETE', path: `${collection}/${object.metadata.name}` });
  };
}

/** The API server takes up a new configuration after a moment: tried with an object that is never stored. */
async function untilEffective(send: Send, namespace: string, isEffective: (status: number) => boolean): Promise<void> {
  const probe = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'probe', namespace },
    spec: { http: [{ route: [{ destination: { host: 'a' } }, { destination: { host: 'b' } }] }] },
  };
  const path = `${collectionOf(probe)}?dryRun=All`;
  const deadline = Date.now() + effectiveWithinMs;
  while (Date.now() < deadline) {
    const { status } = await send({ method: 'POST', path, body: probe });
    if (isEffective(status)) return;
    await sleep(20);
  }
  throw new Error(`Admission in ${namespace} was not as configured within ${effectiveWithinMs / 1000} s.`);
}
