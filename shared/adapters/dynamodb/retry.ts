import { setTimeout as sleep } from 'node:timers/promises';
import { judgeError } from './judge-error.ts';

/** Few: the SDK has its own second try for what is throttled as a whole. */
const TRIES = 4;
const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 200;

/** Tries again, a few times, what failed for lack of room only; any other error is thrown at once. */
export async function retryCrowded<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; attempt < TRIES; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const judgement = judgeError(error);
      if (judgement !== 'contended' && judgement !== 'busy') throw error;
      await waitBeforeRetry(attempt, signal);
    }
  }
  return work();
}

/** Doubles with each attempt; the whole of it is random, so that two writers who met do not meet again. */
export async function waitBeforeRetry(attempt: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.random() * Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS), undefined, { signal });
}
