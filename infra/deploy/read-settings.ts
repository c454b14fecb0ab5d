import { readFileSync } from 'node:fs';
import { InvalidSettingsError, parseSettings, type Settings } from '#shared/contracts/settings.ts';

export type DeploySettings = { readonly file: string; readonly text: string; readonly settings: Settings };

/** The settings of a deploy, checked before anything is built with them. */
export function readSettings(stage: string, named: string | undefined): DeploySettings {
  const file = named ?? `infra/settings/${stage}.json`;
  const text = textOf(file);
  try {
    return { file, text, settings: parseSettings(text) };
  } catch (error) {
    if (!(error instanceof InvalidSettingsError)) throw error;
    throw new Error(`${file} cannot be deployed: ${error.message}`, { cause: error });
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(
      `There are no settings at ${file}: copy infra/settings/example.json there and fill it in, ` +
        'or name another file with --param settings=FILE',
      { cause },
    );
  }
}
