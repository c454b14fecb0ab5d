import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSettings } from '#shared/runtime/open-settings.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';
import { recordingMeter } from '#test/doubles/recording-meter.ts';
import { parametersOf, scriptedSettingsSource } from '#test/doubles/scripted-settings-source.ts';
import { steppedClock } from '#test/doubles/stepped-clock.ts';

const PATH = '/weightless/test';

function documentOf(mode: string) {
  return {
    mode,
    clusters: [{ name: 'eu', endpoint: 'https://eu.example.com', token: { env: 'EU' } }],
    tokens: [{ name: 'alertmanager', sha256: 'a'.repeat(64), scope: 'alerts' }],
  };
}

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weightless-open-settings-'));
  file = join(folder, 'settings.json');
  await writeFile(file, JSON.stringify(documentOf('suggest')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Which settings are used in such an environment, and which path was asked for. */
async function used(variables: NodeJS.ProcessEnv) {
  const paths: string[] = [];
  const keeper = openSettings(variables, {
    source(path) {
      paths.push(path);
      return scriptedSettingsSource(parametersOf(documentOf('observe'), path));
    },
    clock: steppedClock(0),
    log: recordingLog(),
    meter: recordingMeter(),
  });
  const { settings, origin } = await keeper.current();
  return { mode: settings.mode, origin, paths };
}

describe('the settings that the environment describes', () => {
  const json = JSON.stringify(documentOf('act'));

  it.each<[string, () => NodeJS.ProcessEnv, Awaited<ReturnType<typeof used>>]>([
    [
      'the JSON, whatever else there is',
      () => ({ WEIGHTLESS_SETTINGS: json, WEIGHTLESS_SETTINGS_PATH: PATH, WEIGHTLESS_SETTINGS_FILE: file }),
      { mode: 'act', origin: 'environment', paths: [] },
    ],
    [
      'those of Parameter Store before the package’s',
      () => ({ WEIGHTLESS_SETTINGS_PATH: PATH, WEIGHTLESS_SETTINGS_FILE: file }),
      { mode: 'observe', origin: 'parameters', paths: [PATH] },
    ],
    [
      'the same where the path ends in a slash and the JSON is empty',
      () => ({ WEIGHTLESS_SETTINGS: '', WEIGHTLESS_SETTINGS_PATH: `${PATH}/`, WEIGHTLESS_SETTINGS_FILE: file }),
      { mode: 'observe', origin: 'parameters', paths: [PATH] },
    ],
    [
      'those of the file where there is nothing else',
      () => ({ WEIGHTLESS_SETTINGS_PATH: '', WEIGHTLESS_SETTINGS_FILE: file }),
      { mode: 'suggest', origin: 'environment', paths: [] },
    ],
  ])('are %s', async (_what, variables, expected) => {
    expect(await used(variables())).toEqual(expected);
  });

  it('are read from the file anew until it can be read', async () => {
    const later = join(folder, 'later.json');
    const keeper = openSettings(
      { WEIGHTLESS_SETTINGS_FILE: later },
      {
        source: () => scriptedSettingsSource(),
        clock: steppedClock(0),
        log: recordingLog(),
        meter: recordingMeter(),
      },
    );

    const before = keeper.atHand();
    await expect(keeper.current()).rejects.toThrow('ENOENT');
    await writeFile(later, json);

    expect(before).toBeUndefined();
    expect((await keeper.current()).settings.mode).toBe('act');
  });
});
