import type { SecretReference } from '#shared/contracts/settings.ts';

/** Reads secrets by reference, and may keep what it read for some minutes. Throws SecretFault. */
export type Secrets = {
  /** `fresh` for a secret that was not accepted where it was used: what is kept of it is forgotten first. */
  read(reference: SecretReference, signal: AbortSignal, options?: { readonly fresh?: boolean }): Promise<string>;
};

/** The secret store did not answer, or does not have it: which of both, its message says. */
export class SecretFault extends Error {
  override name = 'SecretFault' as const;
  readonly retryable: boolean;

  constructor(message: string, { cause, retryable }: { readonly cause?: unknown; readonly retryable: boolean }) {
    super(message, { cause });
    this.retryable = retryable;
  }
}
