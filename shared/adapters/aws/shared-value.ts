import type { Clock } from '#shared/ports/clock.ts';

export type SharedValue<T> = {
  /** The value kept, or one loaded now. Rejects with the signal's reason where its caller does not wait any longer. */
  get(signal: AbortSignal): Promise<T>;
  /** Forgets what is kept. What is being loaded stays: it is newer than what its callers had. */
  drop(): void;
};

export type SharedValueOptions<T> = {
  readonly load: (signal: AbortSignal) => Promise<T>;
  /** Epoch ms. */
  readonly freshUntil: (value: T) => number;
  readonly clock: Clock;
};

/** A load that takes longer is given up: Lambda froze the process in the midst of it, say. */
const LOAD_TIMEOUT_MS = 5000;

/** Loaded once for all who ask at the same time, and kept while it is fresh. A failure is not kept. */
export function sharedValue<T>({ load, freshUntil, clock }: SharedValueOptions<T>): SharedValue<T> {
  let kept: { readonly value: T; readonly until: number } | undefined;
  let loading: { readonly done: Promise<T>; readonly startedAt: number } | undefined;

  /** Under a signal of its own: one caller's haste does not fail the others. */
  function start(): Promise<T> {
    const done = load(AbortSignal.timeout(LOAD_TIMEOUT_MS));
    const mine = { done, startedAt: clock.now() };
    loading = mine;
    done.then(
      (value) => {
        if (loading !== mine) return;
        loading = undefined;
        kept = { value, until: freshUntil(value) };
      },
      () => {
        if (loading === mine) loading = undefined;
      },
    );
    return done;
  }

  return {
    async get(signal) {
      signal.throwIfAborted();
      if (kept && clock.now() < kept.until) return kept.value;
      const joined = loading && clock.now() - loading.startedAt < LOAD_TIMEOUT_MS ? loading.done : start();
      return await unlessAborted(joined, signal);
    },
    drop() {
      kept = undefined;
    },
  };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
