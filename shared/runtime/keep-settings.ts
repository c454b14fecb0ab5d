import type { Settings } from '#shared/contracts/settings.ts';
import { type ReadSettingsDeps, readSettings } from './read-settings.ts';
import { orNothing, type SettingsInUse, type SettingsKeeper } from './settings-in-use.ts';
import { waitAtMost } from './wait-at-most.ts';

export type KeepSettingsDeps = ReadSettingsDeps & {
  /** The settings of the package; throws where it has none. */
  readonly fallback: () => Settings;
};

/** How long a request waits for a refresh, beside the LIST; it comes into use whenever it arrives. */
const REFRESH_WAIT_MS = 300;
const FIRST_WAIT_MS = 500;
/** Whoever sends tokens that nobody knows has the settings read no more often than this. */
const RENEW_AFTER_MS = 5000;

/**
 * Keeps the settings of a deployed service: read at once, and again when they are older than a minute. Until the first
 * reading arrives, and where none does, the package's are used.
 */
export function keepSettings(deps: KeepSettingsDeps): SettingsKeeper {
  const { onChange, clock, log, meter } = deps;
  const readings = readSettings(deps);
  let waitMs = FIRST_WAIT_MS;
  let packaged: Settings | undefined;

  function fallback(): Settings {
    if (!packaged) {
      packaged = deps.fallback();
      onChange?.(packaged);
    }
    return packaged;
  }
  function inUse(): SettingsInUse {
    const latest = readings.latest();
    return latest
      ? { settings: latest.settings, origin: 'parameters', stale: readings.isOld() }
      : { settings: fallback(), origin: 'package', stale: true };
  }
  const atHand = () => orNothing(inUse);

  async function refreshed(): Promise<SettingsInUse> {
    if (readings.latest()) waitMs = REFRESH_WAIT_MS;
    const due = readings.isOld() ? readings.due() : undefined;
    if (due) {
      await waitAtMost(due.done, waitMs, clock);
      waitMs = REFRESH_WAIT_MS;
      // Without the package's there is nothing to answer by: then the reading is waited for to its end.
      if (!atHand()) await due.done;
    }
    return inUse();
  }

  const readAt = () => readings.latest()?.readAt ?? Number.NEGATIVE_INFINITY;

  /** A token that was just added is known to those who are given it before it is known here. */
  async function renewed(since: number): Promise<SettingsInUse> {
    if (readAt() < since && Math.abs(clock.now() - readAt()) >= RENEW_AFTER_MS) {
      const due = readings.due();
      if (due) await waitAtMost(due.done, REFRESH_WAIT_MS, clock);
    }
    const used = inUse();
    return { ...used, stale: used.stale || readAt() < since };
  }

  /** Told at every use, so that the alarm lasts as long as its reason. */
  function tell({ stale, origin }: SettingsInUse): void {
    if (!stale) return;
    const readAt = readings.latest()?.readAt;
    meter.count('SettingsStale');
    log.warn('The settings in use are not the latest', {
      origin,
      ageSeconds: readAt === undefined ? undefined : Math.round((clock.now() - readAt) / 1000),
      cause: readings.failure(),
    });
  }

  // At once, so that the clusters of the package are connected to beside the first reading.
  atHand();
  readings.due();
  return {
    atHand,
    refreshed,
    renewed,
    async current() {
      const used = await refreshed();
      tell(used);
      return used;
    },
  };
}
