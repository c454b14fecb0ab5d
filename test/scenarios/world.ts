import type { RawObject } from './objects.ts';

/** A VirtualService as the API server tells it, with what a comparison needs. */
export type SeenObject = {
  readonly metadata: {
    readonly resourceVersion?: string | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
};

export type WebhookAnswer = { readonly status: number; readonly body: unknown };

/** A Kubernetes API and the service in front of it, in the few words that a scenario needs of them. */
export type World = {
  newNamespace(): Promise<string>;
  create(object: RawObject): Promise<SeenObject>;
  get(object: RawObject): Promise<SeenObject>;
  /** A merge patch by somebody who is not us. */
  merge(object: RawObject, patch: unknown): Promise<SeenObject>;
  /** Posts a webhook to `/v1/alerts`. */
  post(webhook: unknown): Promise<WebhookAnswer>;
  /** Whether any event about these rollbacks pages; absent where events cannot be seen. */
  readonly pages?: (rollbackIds: readonly string[]) => boolean;
};
