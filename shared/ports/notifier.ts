import type { BusEvent } from '#shared/contracts/bus-event.ts';

/** One channel by which people are told. Throws NotifierFault where it did not take the event. */
export type Notifier = {
  notify(event: BusEvent, signal: AbortSignal): Promise<void>;
};

/** The channel did not take the event. Its message names no URL: that may be a secret. */
export class NotifierFault extends Error {
  override name = 'NotifierFault' as const;
  /** Whether the same event can be taken later; if not, somebody has to change something. */
  readonly retryable: boolean;

  constructor(message: string, { cause, retryable }: { readonly cause?: unknown; readonly retryable: boolean }) {
    super(message, { cause });
    this.retryable = retryable;
  }
}
