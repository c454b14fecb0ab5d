import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '#cli/local/free-port.ts';
import { alive, type CliProcess, commandLine, descendantsOf, root, startCli } from './cli-process.ts';

let cli: CliProcess | undefined;
afterEach(() => cli?.end('SIGKILL'));

/** It is up, with the ids of what it has started. */
async function started(): Promise<{ cli: CliProcess; children: number[] }> {
  cli = startCli(['start', '--no-demo', '--port', String(await freePort())]);
  await cli.said('Ctrl-C');
  return { cli, children: descendantsOf(cli.pid) };
}

describe('the end of weightless start', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'is a clean one on %s, and leaves nothing behind',
    async (signal) => {
      const { cli: running, children } = await started();
      expect(children.map(commandLine).join()).toContain('dynoxide');

      const code = await running.end(signal);

      expect(code).toBe(0);
      expect(running.stderr()).toBe('');
      await vi.waitFor(() => expect(alive(children)).toEqual([]), 5000);
    },
  );

  test('is as clean where the signal comes twice: from the terminal, and handed on by npm', async () => {
    const { cli: running, children } = await started();

    process.kill(running.pid, 'SIGINT');
    const code = await running.end('SIGINT');

    expect(code).toBe(0);
    await vi.waitFor(() => expect(alive(children)).toEqual([]), 5000);
  });

  test('leaves nothing behind when it is killed', async () => {
    const { cli: running, children } = await started();
    expect(children.map(commandLine).join()).toContain('dynoxide');

    const code = await running.end('SIGKILL');

    expect(code).toBeNull();
    await vi.waitFor(() => expect(alive(children)).toEqual([]), 5000);
  });

  test('comes by itself where the npm that started it is stopped by its process id', async () => {
    const launch = [
      process.execPath,
      join(root, 'cli', 'launch.cjs'),
      'start',
      '--no-demo',
      '--port',
      String(await freePort()),
    ];
    // As npm does it: a shell between, which hands no signal on.
    const shell = spawn('sh', ['-c', '"$@" & wait', 'sh', ...launch], {
      env: { ...process.env, npm_lifecycle_event: 'start' },
    });
    const pid = shell.pid ?? 0;
    await vi.waitUntil(() => descendantsOf(pid).map(commandLine).join().includes('dynoxide'), 10_000);
    const children = descendantsOf(pid);

    shell.kill('SIGTERM');

    await vi.waitFor(() => expect(alive(children)).toEqual([]), 8000);
  });
});
