import type { Command } from './command.ts';
import type { Outcome, Reason } from './outcome.ts';
import type { Residual } from './residual.ts';
import type { Timeline } from './timeline.ts';
import type { WeightChange } from './weight-change.ts';

/** Where a record's canary, or its cluster, is not known. */
export const UNKNOWN = '-';

/** What was done about one target for one firing, as the store keeps it. Times are epoch ms. */
export type RollbackRecord = {
  /** SHA-256 of cluster, canary, fingerprint and startsAt. */
  readonly id: string;
  /** Counts writes; a change is made under the version that was seen. */
  readonly version: number;
  readonly cluster: string;
  /** `host/subset`, or `-` while it is unknown. */
  readonly canary: string;
  readonly virtualServices: readonly string[];
  readonly outcome: Outcome;
  readonly reason?: Reason | undefined;
  /** What happened, where, and what to do next, in words. */
  readonly message: string;
  readonly commands: readonly Command[];
  readonly alert: RecordedAlert;
  /** Alerts that Alertmanager left out of the delivery (its `max_alerts`). */
  readonly truncatedAlerts: number;
  readonly weights: readonly WeightChange[];
  /** `unknown` where the cluster could not be asked afterwards, or not all of it. */
  readonly residual: readonly Residual[] | 'unknown';
  readonly stableReadiness: 'ready' | 'not-ready' | 'unknown' | 'not-asked';
  /** What the cluster did not let us read, or not in time, by name. */
  readonly unknowns: readonly string[];
  readonly timeline: Timeline & {
    readonly recordedAt: number;
    /** When the canary's request rate was seen to be zero. */
    readonly verifiedAt?: number | undefined;
    readonly alertResolvedAt?: number | undefined;
    /** When the first channel had taken the first message about it. */
    readonly notifiedAt?: number | undefined;
  };
  readonly sla: RecordedSla;
  readonly pages: boolean;
  /** The unit that the SLA counts: the first rollback of the target that was not at zero then. */
  readonly episode?:
    | {
        readonly id: string;
        readonly firedAt: number;
        /** The rollback that the report counts it by, as far as is known here; absent while none is owed. */
        readonly countedBy?: string | undefined;
      }
    | undefined;
  /** Who asked for it by hand, and why; absent where an alert did. */
  readonly requestedBy?: Requester | undefined;
  readonly history: readonly HistoryEntry[];
  readonly supersededBy?: string | undefined;
  /** When it was told that the SLA target was missed, epoch ms: once a rollback. */
  readonly slaBreachedAt?: number | undefined;
};

/** A person, or what acts for one: the name of the token. */
export type Requester = { readonly name: string; readonly reason: string };

export type RecordedAlert = {
  readonly name: string;
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generatorUrl?: string | undefined;
};

/** True where the alert is known by its firing alone, as a journal names it: no alert comes without labels. */
export function isBare({ name, labels }: RecordedAlert): boolean {
  return name === '' && Object.keys(labels).length === 0;
}

export type RecordedSla = {
  readonly targetMs: number;
  readonly alertToZeroMs?: number | undefined;
  readonly met?: boolean | undefined;
  readonly late: boolean;
  readonly clockSkew: boolean;
  /** How the report counts it; a miss stays one when somebody mends it by hand later. */
  readonly count: 'met' | 'missed' | 'not-counted' | 'open';
};

export type HistoryEntry =
  | {
      readonly kind: 'improved';
      readonly at: number;
      readonly from: { readonly outcome: Outcome; readonly reason?: Reason | undefined };
    }
  | { readonly kind: 'reasserted'; readonly at: number; readonly number: number }
  /**
   * Somebody put the canary back: what the reassert of the same number mends. `by` is the field manager that wrote the
   * routes last, where the object said so. It pages where nothing mends it.
   */
  | {
      readonly kind: 'reverted';
      readonly at: number;
      readonly number: number;
      readonly by?: string | undefined;
      readonly writtenAt?: number | undefined;
      readonly pages: boolean;
    }
  | { readonly kind: 'already-acted' | 'contested'; readonly at: number }
  /** The hold of one VirtualService ended: by itself, or by whom and why. */
  | {
      readonly kind: 'released' | 'restored';
      readonly at: number;
      readonly virtualService: string;
      readonly by?: string | undefined;
      readonly why?: string | undefined;
    }
  /** The canary's requests stopped; or went on when the new weight had to work, so many a second. */
  | { readonly kind: 'verified'; readonly at: number }
  | { readonly kind: 'unverified'; readonly at: number; readonly requestsPerSecond: number }
  /** `given-up`: guard tried until here, and no longer. */
  | { readonly kind: 'resolved' | 'given-up'; readonly at: number };

/** What is remembered of one target between its firings. */
export type TargetRecord = {
  readonly cluster: string;
  readonly canary: string;
  readonly version: number;
  /** The last firings about it, newest first, `fingerprint@startsAt`; at most 50. */
  readonly firings: readonly string[];
  /** Epoch ms until which the canary must stay at zero; absent where none was taken there. */
  readonly holdUntil?: number | undefined;
  readonly episode: Episode;
};

export type Episode = {
  /** The rollback that opened it. */
  readonly id: string;
  readonly firedAt: number;
  /** The first rollback in it that was owed, by which the report counts it: once, on the day of that one. */
  readonly countedBy?: string | undefined;
  /** Firings that have not resolved. */
  readonly unresolved: readonly string[];
  /** When the canary was at zero, or the last alert had resolved. */
  readonly closedAt?: number | undefined;
};
