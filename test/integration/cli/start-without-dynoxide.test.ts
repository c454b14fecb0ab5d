import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '#cli/local/free-port.ts';
import { type CliProcess, commandLine, descendantsOf, root, runCli, startCli } from './cli-process.ts';

/** The project as it is installed where its platform has no package of the engine. */
async function installWithoutDynoxide(folder: string): Promise<void> {
  for (const part of ['cli', 'functions', 'infra', 'shared', 'package.json']) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  await mkdir(join(folder, 'node_modules'));
  const packages = await readdir(join(root, 'node_modules'));
  for (const name of packages.filter((entry) => entry !== '@dynoxide')) {
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
}

describe('weightless start without the package of dynoxide', () => {
  let folder: string;
  let cli: CliProcess | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weightless-other-platform-'));
    await installWithoutDynoxide(folder);
  });
  afterEach(() => cli?.end('SIGKILL'));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('plays the incident all the same, and says that the records are in memory', async () => {
    const port = await freePort();
    const env = { WEIGHTLESS_READ_TOKEN: 'a-read-token' };
    cli = startCli(['start', '--port', String(port)], { folder, env });

    const said = await cli.said('Ctrl-C');

    expect(said).toMatch(/^Records +memory, until it stops \(there is no package @dynoxide\/\S+ here\)$/m);
    expect(said).toMatch(/^Outcome +rolled-back/m);
    expect(said).toMatch(/^Event +RollbackCompleted/m);
    const page = await fetch(`http://127.0.0.1:${port}`, { headers: { authorization: 'Bearer a-read-token' } });
    expect(await page.text()).toMatch(/<h3><a href="\/rollbacks\/\w+">payment-svc\/v2<\/a><\/h3>/);
    expect(descendantsOf(cli.pid).map(commandLine).join()).not.toContain('dynoxide');
  });

  test('ends with one line where --data asks to keep them', async () => {
    const { code, stderr } = await runCli(['start', '--data', join(folder, 'data')], { folder });

    expect(stderr).toMatch(/^weightless: --data needs the package @dynoxide\/\S+, which is not installed; .*\n$/);
    expect(code).toBe(1);
  });
});
