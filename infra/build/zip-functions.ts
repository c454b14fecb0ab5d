import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFunctions } from './bundle.ts';
import { type FunctionZip, zipFunction } from './zip-function.ts';

/** It takes its events from the stream and its bus from the environment: nothing in the settings concerns it. */
const WITHOUT_SETTINGS = ['publish'];

/**
 * Bundles and zips every function, with the deploy's settings in those that read them: what they start with where
 * Parameter Store does not answer. The digests are in `checksums.txt`, as `sha256sum --check` takes them.
 */
export async function zipFunctions(dist: string, settings: string): Promise<FunctionZip[]> {
  const bundles = await bundleFunctions(dist);
  const zips = await Promise.all(
    bundles.map(({ name }) =>
      zipFunction(name, dist, WITHOUT_SETTINGS.includes(name) ? {} : { 'settings.json': settings }),
    ),
  );
  const lines = zips.map(({ name, sha256 }) => `${sha256}  ${name}.zip\n`);
  await writeFile(join(dist, 'checksums.txt'), lines.join(''));
  return zips;
}
