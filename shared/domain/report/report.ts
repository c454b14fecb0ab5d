import type { Outcome, Reason } from '../outcome.ts';

/** The windows that have a name; any other is `custom`. */
export const WINDOWS = ['24h', '7d', '30d', '90d'] as const;
export type WindowName = (typeof WINDOWS)[number];

/** How long one of the parts took of which the time from alert to zero is made. */
export const STAGES = ['firing-to-received', 'received-to-targeted', 'targeted-to-zeroed'] as const;
export type Stage = (typeof STAGES)[number];

/** Instants are ISO 8601 in UTC, days are UTC's (`2026-03-04`), lengths are ms. What was not measured is absent. */
export type Report = {
  readonly window: ReportWindow;
  /** Only what is about these; none of them: everything. */
  readonly filter: ReportFilter;
  readonly generatedAt: string;
  /** The share of counted episodes that has to meet its target, and the target where an object names no other. */
  readonly objective: number;
  readonly targetMs: number;
  readonly total: Figures;
  /** The window of the same length right before this one. */
  readonly before: { readonly from: string; readonly to: string; readonly total: Figures };
  /** Most counted episodes first; `leftOut` further ones are in the totals alone. */
  readonly services: Listed<ServiceFigures>;
  /** Every day of the window, the oldest first, also one of which there is nothing. */
  readonly days: readonly DayFigures[];
  /** How often alert-to-zero took how long: bins next to each other, from the fastest to the slowest. */
  readonly histogram: readonly Bin[];
  /** Absent unless the figures show it. */
  readonly hint?: Hint | undefined;
  /** Counted episodes that missed their target, the newest first. */
  readonly breaches: Listed<Breach>;
  /** First received more than 15 minutes after they fired: misses too, and out of the percentiles. */
  readonly late: Listed<Breach>;
  /** Their alert's clock is ahead of ours, so their times tell nothing. */
  readonly clockSkewed: Listed<Breach>;
  /** Days of either window that are over and whose figures are not ready: what happened in them is in no figure. */
  readonly missingDays: readonly string[];
};

export type ReportWindow = {
  readonly name: WindowName | 'custom';
  readonly from: string;
  /** Where it ends; this instant is no longer in it. */
  readonly to: string;
};

export type ReportFilter = {
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
  readonly service?: string | undefined;
};

/** `-` for each part that is not known: an alert of which no canary was found. */
export type ServiceKey = { readonly cluster: string; readonly namespace: string; readonly service: string };

export type Figures = {
  readonly rollbacks: {
    readonly total: number;
    /** Best outcome first; those that there were. */
    readonly byOutcome: readonly OutcomeCount[];
  };
  readonly episodes: EpisodeCounts;
  /** met / (met + missed); absent while nothing is counted. */
  readonly attainment?: number | undefined;
  readonly errorBudget: ErrorBudget;
  /** Absent while nothing was rolled back in time to be measured. */
  readonly alertToZero?: Percentiles | undefined;
  readonly alertToNotified?: Percentiles | undefined;
  /** In the order of the stages; empty while nothing was measured. */
  readonly stages: readonly StageFigures[];
};

export type OutcomeCount = {
  readonly outcome: Outcome;
  readonly count: number;
  /** Most frequent first; none for `rolled-back`. */
  readonly reasons: readonly { readonly reason: Reason; readonly count: number }[];
};

export type EpisodeCounts = {
  readonly met: number;
  /** `failed`, `refused` and late ones are in here. */
  readonly missed: number;
  /** Not at zero, and still tried. */
  readonly open: number;
  /** Shown, and no part of the SLA: nothing was owed. */
  readonly notCounted: number;
  /** How many of `missed` were late. */
  readonly late: number;
  /** How many of all had a clock ahead of ours. */
  readonly clockSkewed: number;
};

/** In episodes: how many may miss their target, and how many more may. `left` is negative where the objective is missed. */
export type ErrorBudget = { readonly allowed: number; readonly spent: number; readonly left: number };

/** Within 1 % of the exact ones, some of them in half ms for that; `maxMs` is exact. */
export type Percentiles = {
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
};

export type StageFigures = {
  readonly stage: Stage;
  /** Of the time of all stages together, 0 to 1. */
  readonly share: number;
  readonly meanMs: number;
  /** Within 1 % of the exact one. */
  readonly p50Ms: number;
};

export type ServiceFigures = ServiceKey & Figures;
export type DayFigures = { readonly day: string } & Pick<
  Figures,
  'rollbacks' | 'episodes' | 'attainment' | 'alertToZero' | 'stages'
>;

export type Bin = { readonly fromMs: number; readonly toMs: number; readonly count: number };
export type Listed<T> = { readonly listed: readonly T[]; readonly leftOut: number };

/** What the reader can mend. */
export type Hint = { readonly kind: 'group-wait'; readonly heldMs: number; readonly message: string };

/** One episode as a list tells of it, by the rollback that decided how it counts. */
export type Breach = ServiceKey & {
  readonly rollbackId: string;
  readonly canary: string;
  readonly alertName: string;
  readonly outcome: Outcome;
  readonly reason?: Reason | undefined;
  readonly firedAt: string;
  readonly receivedAt: string;
  readonly targetMs: number;
  /** Absent where the canary was not taken to zero. */
  readonly alertToZeroMs?: number | undefined;
  readonly slowestStage?: { readonly stage: Stage; readonly ms: number } | undefined;
};
