import { readFileSync } from 'node:fs';
import { parseSettings, type Settings } from '#shared/contracts/settings.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { SettingsSource } from '#shared/ports/settings-source.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';
import { keepSettings } from './keep-settings.ts';
import { fixedSettings, type SettingsKeeper } from './settings-in-use.ts';

export type OpenSettingsDeps = {
  readonly source: (path: string) => SettingsSource;
  /** Told of every document that comes into use, before anyone is given it. */
  readonly onChange?: ((settings: Settings) => void) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
};

/**
 * The settings that the environment describes: WEIGHTLESS_SETTINGS (JSON), or Parameter Store below
 * WEIGHTLESS_SETTINGS_PATH with the package's file as fallback, or that file (WEIGHTLESS_SETTINGS_FILE, settings.json).
 */
export function openSettings(
  variables: NodeJS.ProcessEnv,
  { source, onChange, clock, log, meter }: OpenSettingsDeps,
): SettingsKeeper {
  // A template that leaves a variable empty means that it is not there.
  const text = variables['WEIGHTLESS_SETTINGS'] || undefined;
  const file = variables['WEIGHTLESS_SETTINGS_FILE'] || 'settings.json';
  const path = variables['WEIGHTLESS_SETTINGS_PATH']?.replace(/\/+$/, '');
  const fromFile = () => parseSettings(text ?? readFileSync(file, 'utf8'));
  return text === undefined && path
    ? keepSettings({ source: source(path), path, fallback: fromFile, onChange, clock, log, meter })
    : fixedSettings(fromFile, onChange);
}
