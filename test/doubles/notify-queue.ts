import type { DeadLetter } from '#shared/ports/dead-letters.ts';
import type { NotifyQueue } from '#shared/ports/notify-queue.ts';

export type RecordingQueue = NotifyQueue & {
  readonly sent: string[];
  readonly postponed: { readonly receipt: string; readonly ms: number }[];
  readonly buried: DeadLetter[];
  /** From now on it does not answer. */
  fail(): void;
};

/** The queue of notify, which remembers what it was asked for. */
export function recordingQueue(): RecordingQueue {
  const sent: string[] = [];
  const postponed: RecordingQueue['postponed'] = [];
  const buried: DeadLetter[] = [];
  let isDown = false;
  const up = () => {
    if (isDown) throw new Error('the queue does not answer');
  };
  return {
    sent,
    postponed,
    buried,
    fail() {
      isDown = true;
    },
    async send(bodies) {
      up();
      sent.push(...bodies);
    },
    async postpone(receipt, ms) {
      up();
      postponed.push({ receipt, ms });
    },
    async bury(letter) {
      up();
      buried.push(letter);
    },
  };
}
