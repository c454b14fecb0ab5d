import type { Hint, StageFigures } from './report.ts';

/** What takes less is the way from Alertmanager to us, and nothing that a route's settings would shorten. */
const HELD_MS = 3000;

/** Says so where most of the time went before we knew of the alert, for longer than the way to us takes. */
export function hintOf(stages: readonly StageFigures[]): Hint | undefined {
  const waiting = stages.find(({ stage }) => stage === 'firing-to-received');
  if (!waiting || waiting.p50Ms < HELD_MS || stages.some(({ share }) => share > waiting.share)) return undefined;
  return {
    kind: 'group-wait',
    heldMs: waiting.p50Ms,
    message: `Alertmanager held these alerts for ${secondsOf(waiting.p50Ms)} s: set group_wait: 0s on their route`,
  };
}

/** As exact as a person needs it: `3.4`, `10`. */
function secondsOf(ms: number): number {
  return ms < 10_000 ? Number((ms / 1000).toFixed(1)) : Math.round(ms / 1000);
}
