import { InvalidSettingsError, type Settings } from '#shared/contracts/settings.ts';
import { joinSettings } from '#shared/contracts/settings-parameters.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { SettingsSource } from '#shared/ports/settings-source.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';
import { orNothing, type SettingsInUse, type SettingsKeeper } from './settings-in-use.ts';
import { waitAtMost } from './wait-at-most.ts';

export type KeepSettingsDeps = {
  readonly source: SettingsSource;
  /** The path that the parameters are below. */
  readonly path: string;
  /** The settings of the package; throws where it has none. */
  readonly fallback: () => Settings;
  /** Told of every document that comes into use, before anyone is given it. */
  readonly onChange?: ((settings: Settings) => void) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
};

type Reading = { readonly done: Promise<void>; readonly startedAt: number; readonly giveUp: AbortController };

/** A revoked token is refused, and the kill switch works, at the latest so long after the change. */
export const REFRESH_AFTER_MS = 60_000;
/** How long a request waits for a refresh, beside the LIST; it comes into use whenever it arrives. */
const REFRESH_WAIT_MS = 300;
const FIRST_WAIT_MS = 500;
/** A reading that takes longer is given up. */
const READ_LIMIT_MS = 5000;
/** After one that failed: a throttled store is not asked by every request. */
const RETRY_AFTER_MS = 5000;

/**
 * Keeps the settings of a deployed service: read at once, again when they are older than a minute, never replaced by a
 * document that is not valid. Until the first reading arrives, and where none does, the package's are used.
 */
export function keepSettings(deps: KeepSettingsDeps): SettingsKeeper {
  const { source, path, clock, log, meter } = deps;
  let latest: { readonly settings: Settings; readonly readAt: number; readonly nth: number } | undefined;
  let readings = 0;
  let reading: Reading | undefined;
  let lastFailure: { readonly at: number; readonly message: string } | undefined;
  let waitedForFirst = false;
  let packaged: Settings | undefined;

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
      lastFailure = undefined;
      deps.onChange?.(settings);
    } catch (cause) {
      noteFailure(cause);
    }
  }
  function noteFailure(cause: unknown): void {
    const message = cause instanceof Error ? cause.message : String(cause);
    lastFailure = { at: clock.now(), message };
    if (cause instanceof InvalidSettingsError) {
      meter.count('SettingsInvalid');
      log.error('The stored settings are not valid; those in use stay', {
        path,
        problems: cause.problems,
        cause: message,
      });
    } else {
      log.warn('The settings cannot be read; those in use stay', { path, cause: message });
    }
  }
  function isOld(): boolean {
    return latest === undefined || since(latest.readAt) > REFRESH_AFTER_MS;
  }
  /** A clock that was set back tells nothing: then it is long ago. */
  function since(time: number): number {
    const passed = clock.now() - time;
    return passed >= 0 ? passed : Number.POSITIVE_INFINITY;
  }
  /** What is under way, or a new reading where one is due; nothing right after a failure. */
  function dueReading(): Reading | undefined {
    if (reading && since(reading.startedAt) <= READ_LIMIT_MS) return reading;
    reading?.giveUp.abort();
    if (lastFailure && since(lastFailure.at) < RETRY_AFTER_MS) return undefined;
    return start();
  }
  function fallback(): Settings {
    if (!packaged) {
      packaged = deps.fallback();
      deps.onChange?.(packaged);
    }
    return packaged;
  }
  function inUse(): SettingsInUse {
    if (latest) return { settings: latest.settings, origin: 'parameters', stale: isOld() };
    return { settings: fallback(), origin: 'package', stale: true };
  }
  const atHand = () => orNothing(inUse);
  async function refreshed(): Promise<SettingsInUse> {
    const due = isOld() ? dueReading() : undefined;
    if (due) await waitAtMost(due.done, latest || waitedForFirst ? REFRESH_WAIT_MS : FIRST_WAIT_MS, clock);
    waitedForFirst = true;
    // Without the package's there is nothing to answer by: then the reading is waited for to its end.
    if (!atHand() && reading) await reading.done;
    return inUse();
  }

  // At once, so that the clusters of the package are connected to beside the first reading.
  atHand();
  start();
  return {
    atHand,
    refreshed,
    async current() {
      const used = await refreshed();
      if (used.stale) {
        meter.count('SettingsStale');
        log.warn('The settings in use are not the latest', {
          origin: used.origin,
          ageSeconds: latest && Math.round((clock.now() - latest.readAt) / 1000),
          cause: lastFailure?.message,
        });
      }
      return used;
    },
  };
}
