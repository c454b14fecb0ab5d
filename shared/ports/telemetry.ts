/** Structured logs: a static message, data in fields. Never a token, never a whole body. */
export type Log = {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
};

/** Counters and durations by name; the dimensions are few and bounded. */
export type Meter = {
  count(name: MetricName, dimensions?: Readonly<Record<string, string>>, value?: number): void;
  milliseconds(name: DurationName, value: number): void;
};

export type MetricName =
  | 'RollbackOutcome'
  | 'AlertsTruncated'
  | 'ConflictRetries'
  | 'JournalEntriesIgnored'
  /** Prometheus' Watchdog alert came: alerting works as far as here. */
  | 'HeartbeatReceived'
  /** The settings in use are older than they should be, or came with the package. */
  | 'SettingsStale'
  /** A document of settings that does not parse; the good one stays in use. */
  | 'SettingsInvalid'
  /** Events older than a minute that are still not on the bus; 0 where there is none. */
  | 'EventsUnsent'
  /** Rollbacks that missed their SLA target. */
  | 'SlaBreached'
  /** Clusters that guard could not see, or not all of. */
  | 'GuardFaults'
  /**
   * Canaries that somebody put back within their hold: those that guard took to zero again, and those that stay above it,
   * but for what is only observed.
   */
  | 'CanariesReasserted'
  | 'CanariesLeftAboveZero'
  | 'HoldsClosed'
  /** Rollbacks after which the canary still got requests. */
  | 'RollbacksUnverified'
  /** Questions to a Prometheus that got no usable answer. */
  | 'PrometheusFaults'
  /** Input that is no alert, from a queue or topic. */
  | 'InputRejected'
  | 'NotificationsSent'
  | 'NotificationsFailed'
  /** Events that no channel is configured for. */
  | 'NotificationsSkipped';
export type DurationName = 'AlertToRollbackMs' | 'WebhookToRollbackMs';
