import { setTimeout as sleep } from 'node:timers/promises';
import type { User } from '#cli/local/kubernetes-api/access.ts';
import type { Admission, Denial } from '#cli/local/kubernetes-api/admission.ts';
import { startKubernetesApi } from '#cli/local/kubernetes-api/start-kubernetes-api.ts';
import {
  type ClusterStage,
  type StageAnswer,
  type StageCall,
  type Verdict,
  WEBHOOK_NAME,
} from '#test/port-suites/cluster-stage.ts';
import { applyJsonPatch } from './apply-json-patch.ts';

const ADMIN_TOKEN = 'admin-token';
const CUSTOM_TYPES = ['virtualservices', 'destinationrules', 'rollouts'];

/** A stage on an embedded API of its own. */
export async function openKubernetesApiStage(options?: { readonly istio: false }): Promise<ClusterStage> {
  const users = new Map<string, User>([[ADMIN_TOKEN, { name: 'admin', rights: 'all' }]]);
  const namespace = 'production';
  let namespaces = 0;
  const name = `system:serviceaccount:${namespace}:limited`;
  let verdict: Verdict | undefined;
  const admission: Admission = {
    async mutate({ object }) {
      if (!object) throw new Error('an object that is deleted was to be mutated');
      // Others may write while a webhook is asked.
      await sleep(5);
      return verdict?.kind === 'webhook-patches' ? applyJsonPatch(object, verdict.operations) : object;
    },
    validate: () => (verdict ? denialOf(verdict) : undefined),
  };
  const api = await startKubernetesApi({ users, admission, without: options ? CUSTOM_TYPES : [] });

  return {
    url: api.url,
    ca: undefined,
    adminToken: ADMIN_TOKEN,
    namespace,
    async newNamespace() {
      namespaces += 1;
      // Names that begin alike, for who takes the beginning for the whole.
      return `${namespace}-${namespaces}`;
    },
    send: (call) => send(api.url, call),
    async limitedUser(rights) {
      users.set('limited-token', { name, rights: rights.map((right) => ({ ...right, namespaces: [namespace] })) });
      return 'limited-token';
    },
    async admission(next) {
      verdict = next;
    },
    async whileThrottled(act) {
      users.set('throttled-token', { name, rights: 'all', throttled: true });
      await act('throttled-token');
    },
    close: () => api.close(),
  };
}

function denialOf(verdict: Verdict): Denial | undefined {
  switch (verdict.kind) {
    case 'webhook-denies':
      return { ...verdict, kind: 'webhook', name: WEBHOOK_NAME };
    case 'webhook-is-down':
      return { kind: 'broken-webhook', name: WEBHOOK_NAME, why: 'connect: connection refused' };
    case 'webhook-patches':
      return undefined;
    case 'policy-denies':
      return { ...verdict, kind: 'policy', name: 'frozen', binding: 'frozen' };
  }
}

async function send(url: string, { method, path, body, contentType, token }: StageCall): Promise<StageAnswer> {
  const headers = new Headers();
  if (token !== '') headers.set('authorization', `Bearer ${token ?? ADMIN_TOKEN}`);
  if (body !== undefined) headers.set('content-type', contentType ?? 'application/json');
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(new URL(path, url), { method, headers, ...(body === undefined ? {} : { body: text }) });
  return { status: answer.status, text: await answer.text() };
}
