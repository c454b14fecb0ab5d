import { execFile } from 'node:child_process';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export type Packaged = {
  /** What CloudFormation is given. */
  readonly template: string;
  /** The folder of the zips. */
  readonly dist: string;
};

/**
 * Runs what `npm run package` runs, without credentials and with a proxy that nobody listens at: nothing is asked for.
 * osls packages into the service's own folder, so this one has a copy to itself.
 */
export async function packageStack(folder: string, args: readonly string[]): Promise<Packaged> {
  await mkdir(folder);
  for (const own of ['serverless.yml', 'package.json', 'infra']) await cp(own, join(folder, own), { recursive: true });
  for (const same of ['functions', 'shared', 'node_modules']) await symlink(resolve(same), join(folder, same));
  const nowhere = 'http://127.0.0.1:1';
  await promisify(execFile)(process.execPath, ['infra/deploy/osls.ts', 'package', ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      HTTPS_PROXY: nowhere,
      HTTP_PROXY: nowhere,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  return {
    template: join(folder, '.serverless', 'cloudformation-template-update-stack.json'),
    dist: join(folder, 'dist'),
  };
}
