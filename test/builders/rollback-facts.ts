import type { RollbackFacts } from '#shared/domain/report/count-episode.ts';
import { judge } from '#shared/domain/timeline.ts';
import { FIRED_AT } from './rollback-record.ts';

type Overrides = Partial<Omit<RollbackFacts, 'timeline' | 'sla'>> & {
  /** ms after FIRED_AT. */
  readonly fired?: number;
  /** ms after it fired; not zeroed where null. */
  readonly received?: number;
  readonly zeroed?: number | null;
  readonly notified?: number;
  readonly count?: RollbackFacts['sla']['count'];
};

/** A rollback that took 10 s, 4 of them until it was received, unless told otherwise. */
export function someFacts({
  fired = 0,
  received = 4000,
  zeroed = 10_000,
  notified,
  count,
  ...overrides
}: Overrides = {}): RollbackFacts {
  const firedAt = FIRED_AT + fired;
  const receivedAt = firedAt + received;
  const done = zeroed === null ? {} : { targetedAt: receivedAt + 500, zeroedAt: firedAt + zeroed };
  const timeline = {
    firedAt,
    receivedAt,
    ...done,
    recordedAt: receivedAt + 1,
    ...(notified ? { notifiedAt: firedAt + notified } : {}),
  };
  const { slaMet, ...judged } = judge(timeline, 60_000);
  return {
    id: 'a',
    cluster: 'eu',
    canary: 'pay.shop.svc.cluster.local/v2',
    outcome: 'rolled-back',
    alert: { name: 'ErrorRate' },
    timeline,
    sla: { targetMs: 60_000, ...judged, count: count ?? (slaMet ? 'met' : 'missed') },
    ...overrides,
  };
}
