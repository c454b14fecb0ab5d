import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { callKube } from './call-kube.ts';
import { createThere, type Undo } from './kube-admission.ts';
import { startKubeWebhook } from './kube-webhook.ts';

type Server = { readonly url: string; readonly ca: string; readonly dir: string; readonly adminToken: string };
type ServiceAccount = { readonly namespace: string; readonly name: string; readonly token: string };

const FLOW_CONTROL = '/apis/flowcontrol.apiserver.k8s.io/v1';
const Created = z.looseObject({ metadata: z.looseObject({ uid: z.string() }) });
const effectiveWithinMs = 30_000;

/**
 * Puts a user into a priority level without seats, and a request of theirs in flight that a webhook holds back until
 * `act` has run: with nothing in flight the API server always lets one request pass.
 */
export async function whileThrottled(server: Server, user: ServiceAccount, act: () => Promise<void>): Promise<void> {
  const held = Promise.withResolvers<void>();
  const webhook = await startKubeWebhook(server, async () => {
    await held.promise;
    return { allowed: true };
  });
  const undo: Undo[] = [() => webhook.close()];
  try {
    undo.push(await registerHold(server, user.namespace, webhook.clientConfig));
    undo.push(...(await isolate(server, user)));
    const slow = createSlowly(server, user);
    await waitFor(() => webhook.asked() > 0, 'the request that takes the seat');
    await act();
    held.resolve();
    await slow;
  } finally {
    held.resolve();
    for (const step of undo.toReversed()) await step();
  }
}

async function registerHold(server: Server, namespace: string, clientConfig: object): Promise<Undo> {
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  return createThere(sendAs(server), path, {
    metadata: { name: `hold-${namespace}` },
    webhooks: [
      {
        name: 'hold.example.test',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        timeoutSeconds: 30,
        clientConfig,
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      },
    ],
  });
}

/** Answers once the API server counts the user to the level. */
async function isolate(server: Server, user: ServiceAccount): Promise<Undo[]> {
  const { namespace } = user;
  const send = sendAs(server);
  const none = { nominalConcurrencyShares: 0, lendablePercent: 0, borrowingLimitPercent: 0 };
  const undoLevel = await createThere(send, `${FLOW_CONTROL}/prioritylevelconfigurations`, {
    metadata: { name: namespace },
    spec: { type: 'Limited', limited: { ...none, limitResponse: { type: 'Reject' } } },
  });
  const undoSchema = await createThere(send, `${FLOW_CONTROL}/flowschemas`, {
    metadata: { name: namespace },
    spec: {
      // 1 is kept for the API server's own.
      matchingPrecedence: 2,
      priorityLevelConfiguration: { name: namespace },
      rules: [
        {
          subjects: [{ kind: 'ServiceAccount', serviceAccount: { namespace, name: user.name } }],
          resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }],
        },
      ],
    },
  });
  const schema = await send({ method: 'GET', path: `${FLOW_CONTROL}/flowschemas/${namespace}` });
  const { uid } = Created.parse(JSON.parse(schema.text)).metadata;
  await waitFor(async () => {
    const { headers } = await callKube({ ...server, token: user.token }, { method: 'GET', path: '/api/v1/pods' });
    return headers['x-kubernetes-pf-flowschema-uid'] === uid;
  }, 'the flow schema');
  return [undoLevel, undoSchema];
}

function createSlowly(server: Server, { namespace, token }: ServiceAccount): Promise<unknown> {
  const body = { metadata: { name: 'slow' } };
  return callKube(
    { ...server, token },
    { method: 'POST', path: `/api/v1/namespaces/${namespace}/configmaps`, body },
  ).catch(() => undefined);
}

function sendAs(server: Server) {
  const access = { ...server, token: server.adminToken };
  return (call: Parameters<typeof callKube>[1]) => callKube(access, call);
}

async function waitFor(happened: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + effectiveWithinMs;
  while (!(await happened())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${effectiveWithinMs / 1000} s.`);
    await sleep(20);
  }
}
