import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where `npm run engines` puts the real components; the directory is ignored by git and safe to delete. */
export const enginesDir = fileURLToPath(new URL('../../../.cache/engines', import.meta.url));

/** The path of one engine's file, or an error that says how to get it. */
export function engineFile(name: string): string {
  const path = `${enginesDir}/${name}`;
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    throw new Error(`The engine file .cache/engines/${name} is not there: run \`npm run engines\` first.`, { cause });
  }
  return path;
}
