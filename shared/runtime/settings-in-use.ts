import type { Settings } from '#shared/contracts/settings.ts';

/** Settings with where they are from. */
export type SettingsInUse<S = Settings> = {
  readonly settings: S;
  /** Parameter Store, the deployed package, or the function's environment, which does not change. */
  readonly origin: 'parameters' | 'package' | 'environment';
  /** Whether others may be stored by now: older than the refresh time, or the package's. */
  readonly stale: boolean;
};

export type SettingsKeeper = {
  /** What is at hand without waiting, or nothing. */
  atHand(): SettingsInUse | undefined;
  /** What is in use, after a refresh was waited for where it was due. Rejects where there is nothing to use. */
  refreshed(): Promise<SettingsInUse>;
  /** The same for doing something by them: staleness is logged and counted. */
  current(): Promise<SettingsInUse>;
  /** For whom those in use do not know: read anew, where that was not done just now; stale where they were read before then. */
  renewed(since: number): Promise<SettingsInUse>;
};

/** Settings of the environment: they last as long as the function does. */
export function fixedSettings(load: () => Settings, onChange?: (settings: Settings) => void): SettingsKeeper {
  let loaded: SettingsInUse | undefined;
  function inUse(): SettingsInUse {
    if (!loaded) {
      loaded = { settings: load(), origin: 'environment', stale: false };
      onChange?.(loaded.settings);
    }
    return loaded;
  }
  const atHand = () => orNothing(inUse);
  atHand();
  const always = async () => inUse();
  return { atHand, refreshed: always, current: always, renewed: always };
}

/** Whoever cannot wait takes what there is. */
export function orNothing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
