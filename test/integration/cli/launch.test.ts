import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '#cli/local/free-port.ts';
import { alive, descendantsOf, root, runCli, startCli } from './cli-process.ts';

/** The launcher on an older Node: this one, which says that it is 20. Only the process itself, not what it starts. */
let nodeOptions: string[];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weightless-launch-'));
  const preload = join(folder, 'node-20.cjs');
  await writeFile(
    preload,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });\n`,
  );
  nodeOptions = ['--require', preload];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the launcher on an older Node', () => {
  test('runs the command on the Node of the package `node`, and stops it as it is stopped', async () => {
    const cli = startCli(['start', '--no-demo', '--port', String(await freePort())], { nodeOptions });
    await cli.said('Ctrl-C');
    const children = descendantsOf(cli.pid);

    const code = await cli.end('SIGINT');

    expect({ code, stderr: cli.stderr() }).toEqual({ code: 0, stderr: '' });
    expect(children.length).toBeGreaterThan(1);
    await vi.waitFor(() => expect(alive(children)).toEqual([]), 5000);
  });

  test('hands on the arguments, and ends with the exit code of the command', async () => {
    const { code, stderr } = await runCli(['start', '--bogus'], { nodeOptions });

    expect(stderr).toMatch(/^weightless: .*'--bogus'.*\n$/);
    expect(code).toBe(1);
  });

  test('says in one line what to do where that package has no Node: npm ci --ignore-scripts', async () => {
    const copy = join(folder, 'copy');
    await cp(join(root, 'cli'), join(copy, 'cli'), { recursive: true });
    await mkdir(join(copy, 'node_modules', 'node'), { recursive: true });

    const { code, stdout, stderr } = await runCli(['start'], { nodeOptions, folder: copy });

    expect(stderr).toMatch(/^weightless needs Node 24 or newer; this is 20\.20\.2\. .*npm rebuild node\n$/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });
});
