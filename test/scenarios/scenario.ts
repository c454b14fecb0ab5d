import type { Outcome, Reason } from '#shared/domain/outcome.ts';
import type { ResidualKind } from '#shared/domain/residual.ts';
import type { RawObject } from './objects.ts';

/**
 * One row of the scenario table: objects as a user writes them, alerts as Alertmanager posts them, and what must be
 * answered and stand in the cluster afterwards. Data only, so that the same rows run on the in-process Kubernetes API
 * and on a real one. `{ns}` and `{other}` stand for two namespaces of the run's own.
 */
export type Scenario = {
  readonly title: string;
  readonly objects: readonly RawObject[];
  /** What differs from the defaults of `npm start`; rows with it run where the settings can be given. */
  readonly settings?: ScenarioSettings;
  readonly steps: readonly Step[];
};

export type ScenarioSettings = {
  readonly mode?: 'act' | 'suggest' | 'observe';
  /** Names of clusters, all of them the same API. */
  readonly clusters?: readonly string[];
  readonly alerts?: { readonly selector?: readonly string[]; readonly never?: readonly string[] };
  readonly optionalReads?: false;
};

export type Step =
  | { readonly deliver: readonly AlertSpec[]; readonly expect: Expectation }
  /** Somebody else writes an object: fields of its spec, or a whole annotation, made of what stands there. */
  | { readonly somebody: string; readonly sets?: Fields; readonly annotates?: Annotate };

/** Annotation values by key, from what stands there; undefined removes one. */
export type Annotate = Readonly<Record<string, (value: string | undefined) => string | undefined>>;

/** Dotted paths below `spec` and their values; null stands for a field that is gone. */
export type Fields = Readonly<Record<string, unknown>>;

/** What differs from the usual alert: critical, about payments in `{ns}` by Istio's labels. undefined leaves a label out. */
export type AlertSpec = {
  readonly labels?: Readonly<Record<string, string | undefined>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly status?: 'firing' | 'resolved';
  /** Alerts of one rule and target have one fingerprint: another name is another one. */
  readonly fingerprint?: string;
  /** Seconds after the scenario's first firing at which this one began. */
  readonly firedLater?: number;
};

export type Expectation = {
  readonly status?: 200 | 503;
  readonly results: readonly ExpectedResult[];
  /** The results of the same delivery sent again, which writes nothing; the same ones unless said. */
  readonly again?: readonly ExpectedResult[];
  /** What changed in the spec of which VirtualService; every other one must not have been written at all. */
  readonly changes?: Readonly<Record<string, Fields>>;
  /** Whether the events of this delivery page somebody; asked where events can be seen. */
  readonly pages?: boolean;
};

export type ExpectedResult = {
  readonly outcome: Outcome;
  readonly reason?: Reason;
  /** `host/subset` or host; short names are of `{ns}`. */
  readonly canary?: string;
  /** `namespace/name` of the members. */
  readonly virtualServices?: readonly string[];
  /** What can still reach the canary, as `kind route`; none unless said. */
  readonly residual?: readonly `${ResidualKind} ${string}`[];
  /** Words that the message must hold. */
  readonly says?: readonly string[];
};

/** A row with one delivery. */
export type Row = {
  readonly title: string;
  readonly objects: readonly RawObject[];
  readonly settings?: ScenarioSettings;
  /** The usual alert unless said. */
  readonly alerts?: readonly AlertSpec[];
} & Expectation;

export function row({ title, objects, settings, alerts = [{}], ...expect }: Row): Scenario {
  return { title, objects, ...(settings ? { settings } : {}), steps: [{ deliver: alerts, expect }] };
}

/** The commonest end: one target at zero, by these changes of `payments`. */
export function rolledBack(changes: Fields, more: Omit<ExpectedResult, 'outcome'> = {}): Expectation {
  return { results: [{ outcome: 'rolled-back', ...more }], changes: { payments: changes } };
}

/** One result, nothing written. */
export function untouched(
  outcome: Outcome,
  reason: Reason,
  more: Omit<ExpectedResult, 'outcome' | 'reason'> = {},
): Expectation {
  return { results: [{ outcome, reason, ...more }] };
}
