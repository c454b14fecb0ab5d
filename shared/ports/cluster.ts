import type { PatchOperation } from '#shared/domain/json-patch.ts';
import type { DestinationRule, Endpoints, Rollout } from '#shared/domain/surroundings.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import type { Page } from './page.ts';
import type { Traffic } from './traffic.ts';

export type ObjectRef = { readonly namespace: string; readonly name: string };

/**
 * `managed`: those with the mode label, as they are now. `managed-cached`: the same from the API server's cache, which
 * costs a tenth and may be a moment old: enough to plan a patch, which the object's version guards. `all`: every one
 * there is, from the cache.
 */
export type Listing = 'managed' | 'managed-cached' | 'all';

/** The one thing that we read and write. Every method throws ClusterFault where the cluster gives no usable answer. */
export type VirtualServices = {
  list(which: Listing, signal: AbortSignal): Promise<Listed<VirtualService>>;
  /**
   * Those with the mode label as they were when the first page was read, in pages of about `limit`: for whoever looks at
   * thousands of them and is in no hurry.
   */
  listPage(page: Page, signal: AbortSignal): Promise<ListPage>;
  /** undefined where there is none of that name. */
  get(ref: ObjectRef, signal: AbortSignal): Promise<VirtualService | undefined>;
  /** A JSON Patch; what the API server decided about it is a value. In a dry run it decides, and keeps nothing. */
  patch(
    ref: ObjectRef,
    operations: readonly PatchOperation[],
    signal: AbortSignal,
    options?: { readonly dryRun?: boolean },
  ): Promise<PatchAnswer>;
};

/** What there is, as far as we may see it. */
export type Listed<T> = {
  readonly objects: readonly T[];
  /** Namespaces of the settings whose objects we may not list: what there is in them is not known. */
  readonly forbidden: readonly string[];
};

export type ListPage =
  /** `next` is absent after the last page. */
  | (Listed<VirtualService> & { readonly kind: 'page'; readonly next?: string | undefined })
  /** The cluster remembers the list no more (410): begin anew. */
  | { readonly kind: 'expired' };

export type PatchAnswer =
  | { readonly kind: 'patched'; readonly object: VirtualService }
  /** Somebody wrote the object since we read it (409). */
  | { readonly kind: 'conflict' }
  /** The object is gone (404). */
  | { readonly kind: 'gone' }
  /** A path of the patch is not there (422 without a cause): the object is another than the one we read. */
  | { readonly kind: 'bad-path'; readonly message: string }
  /** Schema or policy (422, 400, 413), with the server's words. */
  | { readonly kind: 'rejected'; readonly message: string }
  /** RBAC; verb and resource only where the message names them. */
  | {
      readonly kind: 'forbidden';
      readonly message: string;
      readonly verb?: string | undefined;
      readonly resource?: string | undefined;
    }
  /** An admission webhook said no. */
  | { readonly kind: 'denied-by-admission'; readonly message: string };

/** What helps to tell canary from stable. None of these can fail a rollback. */
export type Surroundings = {
  rollouts(signal: AbortSignal): Promise<Listed<Rollout>>;
  destinationRules(namespace: string, signal: AbortSignal): Promise<readonly DestinationRule[]>;
  /** Of one service, or of all services of the namespace. */
  endpoints(namespace: string, service: string | undefined, signal: AbortSignal): Promise<readonly Endpoints[]>;
  /** The names of the pods that carry the labels. */
  pods(namespace: string, labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly string[]>;
};

/** One configured cluster. */
export type Cluster = {
  readonly name: string;
  readonly virtualServices: VirtualServices;
  /** Absent where the settings turn the optional reads off. */
  readonly surroundings?: Surroundings | undefined;
  /** Absent where the settings name no Prometheus. */
  readonly traffic?: Traffic | undefined;
  /** kubectl's context, for the commands that people are given. */
  readonly context?: string | undefined;
};

export type ClusterFaultKind = 'unreachable' | 'error' | 'throttled' | 'unauthorized' | 'not-served' | 'forbidden';

/** The cluster gave no usable answer. */
export class ClusterFault extends Error {
  override name = 'ClusterFault' as const;
  readonly kind: ClusterFaultKind;
  /** Whether another try within the same delivery can help. */
  readonly retryable: boolean;
  /** How long the API server asks to wait. */
  readonly retryAfterMs: number | undefined;
  readonly verb: string | undefined;
  readonly resource: string | undefined;

  constructor(
    kind: ClusterFaultKind,
    message: string,
    more: {
      cause?: unknown;
      /** Where the kind does not tell. */
      retryable?: boolean | undefined;
      retryAfterMs?: number | undefined;
      verb?: string | undefined;
      resource?: string | undefined;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.kind = kind;
    this.retryable = more.retryable ?? (kind === 'unreachable' || kind === 'error' || kind === 'throttled');
    this.retryAfterMs = more.retryAfterMs;
    this.verb = more.verb;
    this.resource = more.resource;
  }
}
