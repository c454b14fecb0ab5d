import type { PatchOperation } from '#shared/domain/json-patch.ts';
import type { KubeRef, WrittenObject } from '#test/real/engines/kube-objects.ts';

/** As a rule of a Role, in the namespaces of the stage. */
export type StageRight = { readonly verbs: readonly string[]; readonly resources: readonly string[] };

/** What admission says to every VirtualService in the namespace that somebody creates or updates. */
export type Verdict =
  | {
      readonly kind: 'webhook-denies';
      readonly code?: number;
      readonly reason?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: 'webhook-is-down' }
  | { readonly kind: 'webhook-patches'; readonly operations: readonly PatchOperation[] }
  | { readonly kind: 'policy-denies'; readonly message: string; readonly reason?: 'Forbidden' | 'Invalid' };

export const WEBHOOK_NAME = 'freeze.example.test';

export type StageCall = {
  readonly method: string;
  readonly path: string;
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly contentType?: string | undefined;
  /** The admin's where absent; none for the empty string. */
  readonly token?: string;
};
export type StageAnswer = { readonly status: number; readonly text: string };

/** An API server, real or not, as these suites arrange and observe it. */
export type ClusterStage = {
  readonly url: string;
  readonly ca: string | undefined;
  readonly adminToken: string;
  /** New and empty. */
  readonly namespace: string;
  newNamespace(): Promise<string>;
  /** One request that is not the product's. */
  send(call: StageCall): Promise<StageAnswer>;
  /** The token of a user named `system:serviceaccount:NAMESPACE:limited`, who has these rights in the namespace only. */
  limitedUser(rights: readonly StageRight[]): Promise<string>;
  /** From now on, until the stage closes. */
  admission(verdict: Verdict): Promise<void>;
  /** While `act` runs, priority and fairness let no request of the token's user in. */
  whileThrottled(act: (token: string) => Promise<void>): Promise<void>;
  close(): Promise<void>;
};

/** Opens a stage; `istio: false` for a cluster that serves neither VirtualServices nor the other custom types. */
export type OpenStage = (options?: { readonly istio: false }) => Promise<ClusterStage>;

const PLURALS: Readonly<Record<string, string>> = {
  VirtualService: 'virtualservices',
  DestinationRule: 'destinationrules',
  Rollout: 'rollouts',
  EndpointSlice: 'endpointslices',
  Pod: 'pods',
};

/** The path of an object's collection. */
export function collectionOf({ apiVersion, kind, metadata }: KubeRef): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}/namespaces/${metadata.namespace}/${PLURALS[kind]}`;
}

export function pathOf(ref: KubeRef): string {
  return `${collectionOf(ref)}/${ref.metadata.name}`;
}

export type StageObject = {
  readonly metadata: { readonly resourceVersion: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
};

/** Creates an object, as the admin. */
export async function create(stage: ClusterStage, object: WrittenObject): Promise<StageObject> {
  return succeed(await stage.send({ method: 'POST', path: collectionOf(object), body: object }));
}

export async function read(stage: ClusterStage, ref: KubeRef): Promise<StageObject> {
  return succeed(await stage.send({ method: 'GET', path: pathOf(ref) }));
}

/** A merge patch by somebody who is not us. */
export async function change(stage: ClusterStage, ref: KubeRef, patch: unknown): Promise<StageObject> {
  const contentType = 'application/merge-patch+json';
  return succeed(await stage.send({ method: 'PATCH', path: pathOf(ref), body: patch, contentType }));
}

export async function remove(stage: ClusterStage, ref: KubeRef): Promise<void> {
  succeed(await stage.send({ method: 'DELETE', path: pathOf(ref) }));
}

function succeed({ status, text }: StageAnswer): StageObject {
  if (status >= 300) throw new Error(`The stage was not set: ${status} ${text}`);
  return JSON.parse(text);
}
