import { type ApiError, detailsOf, failure } from './api-error.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { type Resource, resourceName } from './resources.ts';

/** A write before it is stored. */
export type Review = {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly resource: Resource;
  readonly name: string;
  readonly user: string;
  readonly object: KubernetesObject | undefined;
  readonly oldObject: KubernetesObject | undefined;
};

/** Why a write is not let in. */
export type Denial =
  | {
      readonly kind: 'webhook';
      readonly name: string;
      /** What the webhook answers; 400 where it names none. */
      readonly code?: number | undefined;
      readonly reason?: string | undefined;
      readonly message?: string | undefined;
      readonly retryAfterSeconds?: number | undefined;
    }
  /** A webhook that does not answer, and that may not be passed over. */
  | { readonly kind: 'broken-webhook'; readonly name: string; readonly why: string }
  /** A ValidatingAdmissionPolicy whose expression is false. */
  | {
      readonly kind: 'policy';
      readonly name: string;
      readonly binding: string;
      readonly message: string;
      readonly reason?: 'Forbidden' | 'Invalid' | undefined;
    };

/** What stands between a request and the store in many clusters; here, functions. */
export type Admission = {
  /** What the object becomes. */
  mutate?(review: Review): KubernetesObject | Promise<KubernetesObject>;
  validate?(review: Review): Denial | undefined | Promise<Denial | undefined>;
};

export function deniedBy(denial: Denial, { resource, name }: Review): ApiError {
  switch (denial.kind) {
    case 'webhook':
      return deniedByWebhook(denial);
    case 'broken-webhook':
      return brokenWebhook(denial);
    case 'policy':
      return deniedByPolicy(denial, resource, name);
  }
}

function deniedByWebhook({ name, code, message, reason, retryAfterSeconds }: Denial & { kind: 'webhook' }): ApiError {
  const words = `admission webhook "${name}" denied the request`;
  const said = message ?? reason;
  const details = retryAfterSeconds === undefined ? undefined : { retryAfterSeconds };
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return failure(code ?? 400, reason, said ? `${words}: ${said}` : `${words} without explanation`, details, headers);
}

function brokenWebhook({ name, why }: Denial & { kind: 'broken-webhook' }): ApiError {
  const message = `failed calling webhook "${name}": failed to call webhook: ${why}`;
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

function deniedByPolicy(denial: Denial & { kind: 'policy' }, resource: Resource, object: string): ApiError {
  const { name, binding, message, reason = 'Invalid' } = denial;
  const words = `ValidatingAdmissionPolicy '${name}' with binding '${binding}' denied request: ${message}`;
  return failure(
    reason === 'Forbidden' ? 403 : 422,
    reason,
    `${resourceName(resource)} "${object}" is forbidden: ${words}`,
    { ...detailsOf(resource, object), causes: [{ message: words }] },
  );
}
