import type { Hint, StageFigures } from './report.ts';

/** Alertmanager's default group_wait is 30 s; what is near it is more than a network and a scheduler take. */
const HELD_MS = 25_000;

/** Says so where most of the time went before we knew of the alert, and went as it does where Alertmanager groups. */
export function hintOf(stages: readonly StageFigures[]): Hint | undefined {
  const waiting = stages.find(({ stage }) => stage === 'firing-to-received');
  if (!waiting || waiting.p50Ms < HELD_MS || stages.some(({ share }) => share > waiting.share)) return undefined;
  const seconds = Math.round(waiting.p50Ms / 1000);
  return {
    kind: 'group-wait',
    heldMs: waiting.p50Ms,
    message: `Alertmanager held these alerts for ${seconds} s: set group_wait: 0s on their route`,
  };
}
