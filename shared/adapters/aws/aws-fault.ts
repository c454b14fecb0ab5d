/** An AWS service gave no usable answer, or could not be asked. */
export class AwsFault extends Error {
  override name = 'AwsFault' as const;
  /** Whether the same call can do better a moment later. */
  readonly retryable: boolean;
  /** The service's own name for it, such as `AccessDeniedException`. */
  readonly code: string | undefined;

  constructor(
    message: string,
    more: { readonly retryable: boolean; readonly code?: string | undefined; readonly cause?: unknown },
  ) {
    super(message, { cause: more.cause });
    this.retryable = more.retryable;
    this.code = more.code;
  }
}
