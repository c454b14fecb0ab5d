import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { judge } from '#shared/domain/timeline.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';

/** One rollback of these pictures, in the words of whoever thinks it up; times in ms. */
export type Story = {
  readonly id: string;
  readonly service: string;
  readonly namespace?: string;
  readonly at: number;
  /** How long each stage took: until it was received, until the canary was known, until it was at zero. */
  readonly stages: readonly [received: number, targeted: number, zeroed?: number];
  readonly weight?: number;
  readonly alert?: string;
} & Partial<Pick<RollbackRecord, 'outcome' | 'reason' | 'residual' | 'pages'>>;

/** The whole record of it. */
export function rollbackOf({ id, service, namespace = 'production', at, stages, ...more }: Story): RollbackRecord {
  const { supersededBy, slaBreachedAt, requestedBy, reason, ...record } = aRollbackRecord();
  const { weight = 10, alert = 'CanaryErrorRate', ...rest } = more;
  const [received, targeted, zeroed] = stages;
  const receivedAt = at + received;
  const times = { firedAt: at, receivedAt, targetedAt: receivedAt + targeted };
  const done = zeroed === undefined ? times : { ...times, zeroedAt: times.targetedAt + zeroed };
  const { slaMet, ...judged } = judge(done, 60_000);
  const toldAt = receivedAt + targeted + (zeroed ?? 0) + 900;
  const virtualService = `${namespace}/${service}`;
  const [stable, canary] = ['v1', 'v2'].map((subset) => `${service}.${namespace}.svc.cluster.local/${subset}`);
  const shares = (canaryWeight: number) => [
    { to: stable ?? '', weight: 100 - canaryWeight },
    { to: canary ?? '', weight: canaryWeight },
  ];
  return {
    ...record,
    id,
    outcome: 'rolled-back',
    canary: canary ?? '',
    virtualServices: [virtualService],
    message: `The canary of ${virtualService} is at weight 0; stable has all of it.`,
    commands: [],
    alert: { ...record.alert, name: alert, labels: { alertname: alert, service } },
    weights:
      zeroed === undefined ? [] : [{ virtualService, route: 'http[0]', before: shares(weight), after: shares(0) }],
    residual: [],
    unknowns: [],
    history: [],
    timeline: { ...done, zeroedPrecision: 'observed', recordedAt: toldAt - 880, notifiedAt: toldAt },
    sla: {
      targetMs: 60_000,
      ...judged,
      count: slaMet ? 'met' : more.outcome === 'already-zero' ? 'not-counted' : 'missed',
    },
    episode: { id, firedAt: at },
    ...rest,
  };
}

/** Numbers from 0 to 1 that look like chance, and are the same each time. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Most lengths are near the middle, a few are many times as long. */
export function spread(middle: number, chances: () => number, width = 0.5): number {
  const normal = chances() + chances() + chances() + chances() - 2;
  return Math.round(middle * Math.exp(normal * width * 1.7));
}
