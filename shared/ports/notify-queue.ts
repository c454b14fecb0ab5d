import type { DeadLetter } from './dead-letters.ts';

/** How a queue knows one delivery of a message. */
export type Receipt = string;

/** The queue that notifications come from. Throws what its adapter throws: the message then comes again by itself. */
export type NotifyQueue = {
  /** All of them, or it throws. */
  send(bodies: readonly string[], signal: AbortSignal): Promise<void>;
  /** The message comes again after so much time, and not before. */
  postpone(receipt: Receipt, ms: number, signal: AbortSignal): Promise<void>;
  bury(letter: DeadLetter, signal: AbortSignal): Promise<void>;
};
