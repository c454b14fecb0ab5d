/** Time and waiting, so that tests can hold both. */
export type Clock = {
  /** Epoch ms. */
  now(): number;
  /** Resolves after the time, or rejects with the signal's reason. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
};
