import type { BusEvent } from '#shared/contracts/bus-event.ts';
import type { Notice } from '#shared/domain/notify/notice.ts';

/** One event, as it is and as people are told of it. */
export type News = { readonly event: BusEvent; readonly notice: Notice };

/** `nothing` where the channel has nothing to say of such an event. */
export type Told = {
  readonly kind: 'told' | 'nothing';
  /** What the service answered, for a person; no secret is in it. */
  readonly answered: string;
};

/** One channel by which people are told. Throws NotifierFault where it did not take the event. */
export type Notifier = {
  notify(news: News, signal: AbortSignal): Promise<Told>;
};

type FaultParts = {
  readonly cause?: unknown;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly unauthorized?: boolean | undefined;
};

/** The channel did not take the event. Its message names no URL: that may be a secret. */
export class NotifierFault extends Error {
  override name = 'NotifierFault' as const;
  /** Whether the same event can be taken later; if not, somebody has to change something. */
  readonly retryable: boolean;
  /** How long the service asks to wait. */
  readonly retryAfterMs: number | undefined;
  /** Whether the secret that it was called with may be an old one. */
  readonly unauthorized: boolean;

  constructor(message: string, { cause, retryable, retryAfterMs, unauthorized = false }: FaultParts) {
    super(message, { cause });
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
    this.unauthorized = unauthorized;
  }
}
