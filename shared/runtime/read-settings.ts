import { InvalidSettingsError, type Settings } from '#shared/contracts/settings.ts';
import { joinSettings } from '#shared/contracts/settings-parameters.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { SettingsSource } from '#shared/ports/settings-source.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';

export type ReadSettingsDeps = {
  readonly source: SettingsSource;
  /** The path that the parameters are below. */
  readonly path: string;
  /** Told of every document that was read and is valid, before anyone is given it. */
  readonly onChange?: ((settings: Settings) => void) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
};

export type SettingsReadings = {
  /** The last valid document, whatever came after it. */
  latest(): { readonly settings: Settings; readonly readAt: number } | undefined;
  /** Whether others may be stored by now. */
  isOld(): boolean;
  /** The reading under way, or a new one where one is due. It never fails: what was read shows in `latest`. */
  due(): { readonly done: Promise<void> } | undefined;
  /** Why the last reading brought nothing. */
  failure(): string | undefined;
};

/** A revoked token is refused, and the kill switch works, at the latest so long after the change. */
export const REFRESH_AFTER_MS = 60_000;
/** A reading that takes longer is given up. */
const READ_LIMIT_MS = 5000;
/** After one that failed: a throttled store is not asked by every request. */
const RETRY_AFTER_MS = 5000;

type Reading = { readonly done: Promise<void>; readonly startedAt: number; readonly giveUp: AbortController };

/** Reads the stored settings, once at a time. A document that is not valid never replaces a good one. */
export function readSettings({ source, path, onChange, clock, log, meter }: ReadSettingsDeps): SettingsReadings {
  let latest: { readonly settings: Settings; readonly readAt: number; readonly nth: number } | undefined;
  let readings = 0;
  let reading: Reading | undefined;
  let failure: { readonly at: number; readonly message: string } | undefined;

  /** A clock that was set back tells nothing: then it is long ago. */
  function since(time: number): number {
    const passed = clock.now() - time;
    return passed >= 0 ? passed : Number.POSITIVE_INFINITY;
  }
  function start(): Reading {
    const startedAt = clock.now();
    const giveUp = new AbortController();
    const until = AbortSignal.any([giveUp.signal, AbortSignal.timeout(READ_LIMIT_MS)]);
    readings += 1;
    const done = read(readings, startedAt, until).finally(() => {
      if (reading?.done === done) reading = undefined;
    });
    reading = { done, startedAt, giveUp };
    return reading;
  }
  async function read(nth: number, readAt: number, signal: AbortSignal): Promise<void> {
    try {
      const settings = joinSettings(await source.read(signal), path);
      // One that was given up may still arrive, after a later one.
      if (latest && latest.nth > nth) return;
      latest = { settings, readAt, nth };
      failure = undefined;
      onChange?.(settings);
    } catch (cause) {
      failure = { at: clock.now(), message: cause instanceof Error ? cause.message : String(cause) };
      tell(cause, failure.message);
    }
  }
  function tell(cause: unknown, message: string): void {
    if (cause instanceof InvalidSettingsError) {
      meter.count('SettingsInvalid');
      const { problems } = cause;
      log.error('The stored settings are not valid; those in use stay', { path, problems, cause: message });
    } else {
      log.warn('The settings cannot be read; those in use stay', { path, cause: message });
    }
  }

  return {
    latest: () => latest,
    isOld: () => latest === undefined || since(latest.readAt) > REFRESH_AFTER_MS,
    due() {
      // One that was begun before the function was frozen is no longer waited for.
      if (reading && since(reading.startedAt) <= READ_LIMIT_MS) return reading;
      reading?.giveUp.abort();
      return failure && since(failure.at) < RETRY_AFTER_MS ? undefined : start();
    },
    failure: () => failure?.message,
  };
}
