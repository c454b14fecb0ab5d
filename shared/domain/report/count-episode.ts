import type { RollbackRecord } from '../rollback-record.ts';
import { judge, type Timeline } from '../timeline.ts';
import type { Stage } from './report.ts';

/** What of a record the report counts by. */
export type RollbackFacts = Pick<
  RollbackRecord,
  'id' | 'cluster' | 'canary' | 'outcome' | 'reason' | 'timeline' | 'sla' | 'episode' | 'supersededBy'
> & { readonly alert: Pick<RollbackRecord['alert'], 'name'> };

export type CountedEpisode = {
  readonly count: 'met' | 'missed' | 'open' | 'notCounted';
  /** The record that it is counted by. */
  readonly by: RollbackFacts;
  /** From the first firing that asked for a rollback to the canary at zero; the records may be different ones. */
  readonly timeline: Timeline;
  readonly alertToZeroMs?: number | undefined;
  readonly notifiedAt?: number | undefined;
  readonly late: boolean;
  readonly clockSkew: boolean;
};

/**
 * How the records of one episode that were received on one day count together: undefined where another day counts it.
 * An episode counts on the day on which the record was received that first owed a rollback in it (`countedBy`), or that
 * opened it while none is owed. By time where the canary was taken to zero on that day, from the first firing that owed.
 */
export function countEpisode(records: readonly RollbackFacts[]): CountedEpisode | undefined {
  const opening = records.find(({ id, episode }) => (episode?.countedBy ?? episode?.id ?? id) === id);
  if (!opening) return undefined;
  const owed = records.filter(({ sla }) => sla.count === 'met' || sla.count === 'missed');
  const notifiedAt = least(records.flatMap(({ timeline }) => timeline.notifiedAt ?? []));
  const [firstOwed] = owed;
  if (!firstOwed) {
    const open = records.find(({ sla }) => sla.count === 'open');
    const by = open ?? opening;
    const { clockSkew } = judge(by.timeline, by.sla.targetMs);
    return { count: open ? 'open' : 'notCounted', by, timeline: by.timeline, notifiedAt, late: false, clockSkew };
  }
  return countOwed(owed, firstOwed, notifiedAt);
}

function countOwed(
  owed: readonly RollbackFacts[],
  first: RollbackFacts,
  notifiedAt: number | undefined,
): CountedEpisode {
  const zeroed = owed.filter(({ outcome, timeline }) => outcome === 'rolled-back' && timeline.zeroedAt !== undefined);
  const by = zeroed.reduce<RollbackFacts | undefined>((best, one) => (isSooner(one, best) ? one : best), undefined);
  const since = {
    firedAt: least(owed.map(({ timeline }) => timeline.firedAt)) ?? first.timeline.firedAt,
    receivedAt: least(owed.map(({ timeline }) => timeline.receivedAt)) ?? first.timeline.receivedAt,
  };
  if (!by) {
    const { late, clockSkew } = judge(since, first.sla.targetMs);
    const timeline = { ...since, targetedAt: first.timeline.targetedAt };
    return { count: 'missed', by: first, timeline, notifiedAt, late, clockSkew };
  }
  const timeline = { ...by.timeline, ...since };
  const { slaMet, alertToZeroMs, late, clockSkew } = judge(timeline, by.sla.targetMs);
  return { count: slaMet ? 'met' : 'missed', by, timeline, alertToZeroMs, notifiedAt, late, clockSkew };
}

function isSooner({ timeline }: RollbackFacts, than: RollbackFacts | undefined): boolean {
  return (timeline.zeroedAt ?? Infinity) < (than?.timeline.zeroedAt ?? Infinity);
}

function least(values: readonly number[]): number | undefined {
  return values.reduce<number | undefined>((less, value) => Math.min(less ?? value, value), undefined);
}

type StageLength = { readonly stage: Stage; readonly ms: number };

/** How long each stage took; none where one of its ends is not known, as in a record made from a journal. */
export function stagesOfEpisode({ firedAt, receivedAt, targetedAt, zeroedAt }: Timeline): StageLength[] {
  if (targetedAt === undefined || zeroedAt === undefined) return [];
  return [
    { stage: 'firing-to-received', ms: receivedAt - firedAt },
    { stage: 'received-to-targeted', ms: targetedAt - receivedAt },
    { stage: 'targeted-to-zeroed', ms: zeroedAt - targetedAt },
  ];
}

/**
 * The longest of the stages that are known: of those that there were, where the canary was not taken to zero. Undefined
 * where a part of the way to zero was not seen and may have taken longer.
 */
export function slowestStageOf(timeline: Timeline): StageLength | undefined {
  const { firedAt, receivedAt, targetedAt, zeroedAt } = timeline;
  const all = stagesOfEpisode(timeline);
  if (all.length > 0) return longest(all);
  const waiting = { stage: 'firing-to-received', ms: receivedAt - firedAt } as const;
  if (zeroedAt !== undefined) return waiting.ms >= zeroedAt - receivedAt ? waiting : undefined;
  const finding =
    targetedAt === undefined ? [] : [{ stage: 'received-to-targeted' as const, ms: targetedAt - receivedAt }];
  return longest([waiting, ...finding]);
}

function longest(stages: readonly StageLength[]): StageLength | undefined {
  return stages.reduce<StageLength | undefined>((most, one) => (most && most.ms >= one.ms ? most : one), undefined);
}
