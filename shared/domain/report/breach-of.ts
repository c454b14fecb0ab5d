import { type CountedEpisode, slowestStageOf } from './count-episode.ts';
import type { Breach } from './report.ts';
import { serviceOf } from './service-of.ts';

/** Longer ones are cut: the record has all of it. */
const MAX_NAME = 200;

/** The episode as a list tells of it. */
export function breachOf({ by, timeline, alertToZeroMs }: CountedEpisode): Breach {
  const slowestStage = slowestStageOf(timeline);
  return {
    ...serviceOf(by),
    rollbackId: by.id,
    canary: by.canary,
    alertName: by.alert.name.slice(0, MAX_NAME).toWellFormed(),
    outcome: by.outcome,
    ...(by.reason ? { reason: by.reason } : {}),
    firedAt: new Date(timeline.firedAt).toISOString(),
    receivedAt: new Date(timeline.receivedAt).toISOString(),
    targetMs: by.sla.targetMs,
    ...(alertToZeroMs === undefined ? {} : { alertToZeroMs }),
    ...(slowestStage ? { slowestStage } : {}),
  };
}

/** One that never came to zero is worse than any that did; then the longer one; then the earlier one. */
export function isWorse(a: Breach, than: Breach): boolean {
  const [ours, theirs] = [a.alertToZeroMs ?? Infinity, than.alertToZeroMs ?? Infinity];
  if (ours !== theirs) return ours > theirs;
  return a.receivedAt === than.receivedAt ? a.rollbackId < than.rollbackId : a.receivedAt < than.receivedAt;
}
