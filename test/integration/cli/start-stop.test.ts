import { afterEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '#cli/local/free-port.ts';
import { alive, type CliProcess, commandLine, descendantsOf, startCli } from './cli-process.ts';

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
});
