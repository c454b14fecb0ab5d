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
  | 'EventsFailed'
  | 'WebhookRejected'
  | 'JournalEntriesIgnored';
export type DurationName = 'AlertToRollbackMs' | 'WebhookToRollbackMs';
