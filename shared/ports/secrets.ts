import type { SecretReference } from '#shared/contracts/settings.ts';

/** Reads secrets by reference. Throws SecretFault. */
export type Secrets = {
  read(reference: SecretReference, signal: AbortSignal): Promise<string>;
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
