import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIST } from '#infra/build/bundle.ts';
import { zipFunctions } from '#infra/build/zip-functions.ts';
import { readArguments } from './deploy-arguments.ts';
import { readSettings } from './read-settings.ts';
import { stackOf } from './stack-of.ts';

const COMMANDS = ['package', 'deploy', 'remove'];

/** Builds what serverless.yml points to, then hands over to osls. `remove` builds nothing: what is deployed goes. */
async function main([command = '', ...args]: readonly string[]): Promise<number> {
  if (!COMMANDS.includes(command)) throw new Error(`There is no command ${command}, only ${COMMANDS.join(', ')}`);
  const deployArguments = readArguments(args, process.env);
  const dist = process.env['WEIGHTLESS_DIST'] ?? DIST;
  if (command !== 'remove') {
    const settings = readSettings(deployArguments.stage, deployArguments.params['settings']);
    const stack = stackOf(deployArguments, settings);
    for (const { name, bytes, sha256 } of await zipFunctions(dist, settings.text)) {
      console.log(`${name.padEnd(10)} ${(bytes / 1024).toFixed(0).padStart(4)} KB  sha256 ${sha256}`);
    }
    writeFileSync(join(dist, 'stack.json'), `${JSON.stringify(stack, null, 2)}\n`);
  }
  const { status, error } = spawnSync('node_modules/.bin/osls', [command, ...args], {
    stdio: 'inherit',
    env: { ...process.env, AWS_REGION: deployArguments.region },
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
