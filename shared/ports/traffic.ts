import type { DestinationKey } from '#shared/domain/destination.ts';

export type TrafficQuestion = {
  /** Whose requests, and by which labels its pods are told from others of its host, where it is a subset. */
  readonly canary: DestinationKey;
  readonly podLabels?: Readonly<Record<string, string>> | undefined;
  /** Epoch ms: the end of what is looked at; and from when on the canary must have been seen at all. */
  readonly at: number;
  readonly seenSince: number;
};

/** What measures requests. Throws TrafficFault where it gives no usable answer. */
export type Traffic = {
  /** What one answer looks back on, ms. */
  readonly windowMs: number;
  /** Requests a second, or undefined where the metrics do not tell: then nothing is known. */
  requestsPerSecond(question: TrafficQuestion, signal: AbortSignal): Promise<number | undefined>;
};

export class TrafficFault extends Error {
  override name = 'TrafficFault' as const;
}
