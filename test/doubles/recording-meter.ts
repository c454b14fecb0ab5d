import type { Meter } from '#shared/ports/telemetry.ts';

export type RecordingMeter = Meter & {
  /** `name key=value …: total`, in the order first counted. */
  readonly totals: ReadonlyMap<string, number>;
};

/** Adds up what is counted. */
export function recordingMeter(): RecordingMeter {
  const totals = new Map<string, number>();
  return {
    totals,
    count(name, dimensions = {}, value = 1) {
      const key = [name, ...Object.entries(dimensions).map(([dimension, text]) => `${dimension}=${text}`)].join(' ');
      totals.set(key, (totals.get(key) ?? 0) + value);
    },
    milliseconds: () => undefined,
  };
}
