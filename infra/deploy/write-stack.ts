import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeployArguments } from './deploy-arguments.ts';
import type { DeploySettings } from './read-settings.ts';
import { settingsParameters } from './settings-parameters.ts';

/** Writes down, for serverless.yml, the parts of the stack that follow from settings and parameters. */
export function writeStack(dist: string, { stage }: DeployArguments, { text }: DeploySettings): void {
  const stack = { resources: { Resources: settingsParameters(stage, text) } };
  mkdirSync(dist, { recursive: true });
  writeFileSync(join(dist, 'stack.json'), `${JSON.stringify(stack, null, 2)}\n`);
}
