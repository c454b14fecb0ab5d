/** A request that carries a key of its sender's, so that the same one sent twice is one. */
export type KeyedRequest = {
  readonly key: string;
  /** When it was first received, epoch ms. */
  readonly receivedAt: number;
  /** Of what was asked: under one key there is one request. */
  readonly digest: string;
};

/** Remembers requests for a week. Throws StoreFault where it does not answer. */
export type RequestLog = {
  /** The request that stands under the key: this one, or the one that was there before it. */
  claim(request: KeyedRequest, signal: AbortSignal): Promise<KeyedRequest>;
};
