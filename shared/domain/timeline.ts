/** When what happened to one rollback; epoch ms. */
export type Timeline = {
  /** The alert's startsAt: the SLA clock's zero. */
  readonly firedAt: number;
  readonly receivedAt: number;
  readonly targetedAt?: number | undefined;
  /** The last patch's 200. */
  readonly zeroedAt?: number | undefined;
  /** `observed`: we saw the 200. `journal`: made from the object afterwards, at most about a second late, never early. */
  readonly zeroedPrecision?: 'observed' | 'journal' | undefined;
};

/** What happened when, in its order, as far as it has. */
export function stagesOf(
  timeline: Timeline & {
    readonly recordedAt?: number | undefined;
    readonly notifiedAt?: number | undefined;
    readonly verifiedAt?: number | undefined;
    readonly alertResolvedAt?: number | undefined;
  },
): { readonly name: string; readonly at: number }[] {
  const stages = [
    ['fired', timeline.firedAt],
    ['received', timeline.receivedAt],
    ['targeted', timeline.targetedAt],
    ['zeroed', timeline.zeroedAt],
    ['recorded', timeline.recordedAt],
    ['notified', timeline.notifiedAt],
    ['verified', timeline.verifiedAt],
    ['resolved', timeline.alertResolvedAt],
  ] as const;
  return stages.flatMap(([name, at]) => (at === undefined ? [] : [{ name, at }]));
}

/** From the alert until people were told; undefined while they are not, or where the alert's clock is ahead of ours. */
export function alertToNotifiedMs({
  firedAt,
  receivedAt,
  notifiedAt,
}: Pick<Timeline, 'firedAt' | 'receivedAt'> & { readonly notifiedAt?: number | undefined }): number | undefined {
  return notifiedAt === undefined || firedAt > receivedAt ? undefined : notifiedAt - firedAt;
}

/** First received more than this after startsAt: counted as a miss, listed with its age, kept out of the percentiles. */
export const LATE_AFTER_MS = 15 * 60_000;

/** From when on a rollback was owed: an alert whose clock is ahead of ours is waited for from its receipt. */
export function owedSince({ firedAt, receivedAt }: Timeline): number {
  return Math.min(firedAt, receivedAt);
}

export type SlaJudgement = {
  /** Negative where the alert's clock is ahead of ours; never clamped. */
  readonly alertToZeroMs?: number | undefined;
  readonly slaMet?: boolean | undefined;
  readonly late: boolean;
  readonly clockSkew: boolean;
};

/** Judges one timeline against its target, ms. */
export function judge(timeline: Timeline, slaMs: number): SlaJudgement {
  const { firedAt, receivedAt, zeroedAt } = timeline;
  const late = receivedAt - firedAt > LATE_AFTER_MS;
  const clockSkew = firedAt > receivedAt;
  if (zeroedAt === undefined) return { late, clockSkew };
  const alertToZeroMs = zeroedAt - firedAt;
  return { alertToZeroMs, slaMet: !late && alertToZeroMs <= slaMs, late, clockSkew };
}
