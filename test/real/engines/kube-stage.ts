import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { ClusterStage, StageRight } from '#test/port-suites/cluster-stage.ts';
import { callKube } from './call-kube.ts';
import { setAdmission, type Undo } from './kube-admission.ts';
import { type KubeObjects, kube } from './kube-objects.ts';
import { whileThrottled } from './kube-throttle.ts';
import type { ByUser } from './kube-users.ts';

type Server = { readonly url: string; readonly ca: string; readonly dir: string; readonly tokens: ByUser };

const TokenAnswer = z.object({ status: z.object({ token: z.string() }) });
const ReviewAnswer = z.object({ status: z.object({ allowed: z.boolean() }) });
const GROUPS = ['', 'networking.istio.io', 'argoproj.io', 'discovery.k8s.io'];
const allowedWithinMs = 30_000;

/** A stage in a namespace of its own on a real API server; `stop` is called when it closes. */
export async function openKubeStage(server: Server, stop?: () => Promise<void>): Promise<ClusterStage> {
  const admin = kube(server);
  const adminToken = server.tokens.admin;
  const namespace = await newNamespace(admin);
  const undo: Undo[] = [];
  const send: ClusterStage['send'] = ({ token = adminToken, ...call }) => callKube({ ...server, token }, call);

  async function limitedUser(rights: readonly StageRight[]): Promise<string> {
    await createUser(admin, namespace, rights);
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/limited/token`;
    const { text } = await send({ method: 'POST', path, body: { spec: { expirationSeconds: 600 } } });
    const { token } = TokenAnswer.parse(JSON.parse(text)).status;
    for (const right of rights) await untilAllowed(send, { namespace, token, right });
    return token;
  }

  return {
    url: server.url,
    ca: server.ca,
    adminToken,
    namespace,
    newNamespace: () => newNamespace(admin),
    send,
    limitedUser,
    async admission(verdict) {
      undo.push(await setAdmission(server, send, namespace, verdict));
    },
    async whileThrottled(act) {
      const resources = ['virtualservices', 'configmaps', 'pods'];
      const token = await limitedUser([{ verbs: ['create', 'get', 'list', 'patch'], resources }]);
      await whileThrottled({ ...server, adminToken }, { namespace, name: 'limited', token }, () => act(token));
    },
    async close() {
      for (const step of undo.toReversed()) await step();
      await stop?.();
    },
  };
}

/** A Pod needs the service account that a controller would have made. */
async function newNamespace(admin: KubeObjects): Promise<string> {
  const namespace = await admin.newNamespace();
  await admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
  return namespace;
}

async function createUser(admin: KubeObjects, namespace: string, rights: readonly StageRight[]): Promise<void> {
  const metadata = { name: 'limited', namespace };
  await admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  if (rights.length === 0) return;
  const rules = rights.map((right) => ({ ...right, apiGroups: GROUPS }));
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  await admin.create({ apiVersion, kind: 'Role', metadata, rules });
  await admin.create({
    apiVersion,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'limited' },
    subjects: [{ kind: 'ServiceAccount', ...metadata }],
  });
}

type Wanted = { readonly namespace: string; readonly token: string; readonly right: StageRight };

/** The API server takes up a new role after a moment. */
async function untilAllowed(send: ClusterStage['send'], { namespace, token, right }: Wanted): Promise<void> {
  const [verb] = right.verbs;
  const [resource] = right.resources;
  const body = { spec: { resourceAttributes: { namespace, verb, resource } } };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const deadline = Date.now() + allowedWithinMs;
  while (Date.now() < deadline) {
    const { text } = await send({ method: 'POST', path, body, token });
    if (ReviewAnswer.parse(JSON.parse(text)).status.allowed) return;
    await sleep(20);
  }
  throw new Error(`RBAC did not allow ${verb} ${resource} within ${allowedWithinMs / 1000} s.`);
}
