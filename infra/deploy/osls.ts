import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIST } from '#infra/build/bundle.ts';
import { zipFunctions } from '#infra/build/zip-functions.ts';
import { readArguments } from './deploy-arguments.ts';
import { readSettings } from './read-settings.ts';
import { stackOf } from './stack-of.ts';

/** What each needs besides its own arguments, and whether it takes what is built. */
const COMMANDS: Readonly<Record<string, { readonly builds: boolean; readonly options: readonly string[] }>> = {
  package: { builds: true, options: [] },
  deploy: { builds: true, options: [] },
  // Without it, the outputs of the stack are left out.
  info: { builds: false, options: ['--verbose'] },
  remove: { builds: false, options: [] },
};

/** Builds what serverless.yml points to, then hands over to osls. */
async function main([name = '', ...args]: readonly string[]): Promise<number> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new Error(`There is no command ${name}, only ${Object.keys(COMMANDS).join(', ')}`);
  const deployArguments = readArguments(args, process.env);
  const dist = process.env['WEIGHTLESS_DIST'] ?? DIST;
  if (command.builds) {
    const settings = readSettings(deployArguments.stage, deployArguments.params['settings']);
    const stack = stackOf(deployArguments, settings);
    for (const { name: zip, bytes, sha256 } of await zipFunctions(dist, settings.text)) {
      console.log(`${zip.padEnd(10)} ${(bytes / 1024).toFixed(0).padStart(4)} KB  sha256 ${sha256}`);
    }
    writeFileSync(join(dist, 'stack.json'), `${JSON.stringify(stack, null, 2)}\n`);
  }
  const { status, error } = spawnSync('node_modules/.bin/osls', [name, ...command.options, ...args], {
    stdio: 'inherit',
    // The validator that osls compiles for the configuration is kept here, and not in the home directory.
    env: { SLS_SCHEMA_CACHE_BASE_DIR: '.cache', ...process.env, AWS_REGION: deployArguments.region },
  });
  if (error) throw new Error('osls does not start; run npm ci first', { cause: error });
  return status ?? 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
