import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

export type Child = {
  url: string;
  /** Closes the child's standard input, which ends it, and resolves once it is gone. */
  stop(): Promise<void>;
};

const Announcement = z.object({ url: z.url() });
const stopWithinMs = 15_000;
const keptOutput = 4_000;

/**
 * Starts one of our own launchers. They share a contract: when they listen, they print {"url": …} as one line; when
 * their standard input closes, they end. The kernel closes it however we die, so none outlives its test.
 */
export async function startChild(name: string, command: string, args: string[]): Promise<Child> {
  const child = spawn(command, args, { stdio: 'pipe' });
  const ended = once(child, 'exit');
  let lastWords = '';
  child.stderr.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-keptOutput);
  });
  // Writing to a child that ended first is not our problem: its exit is.
  child.stdin.on('error', () => undefined);

  async function stop() {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.stdin.end();
    const inTime = await Promise.race([ended.then(() => true), sleep(stopWithinMs, false, { ref: false })]);
    if (inTime) return;
    child.kill('SIGKILL');
    await ended;
  }

  const lines = createInterface(child.stdout);
  for await (const line of lines) {
    // Leaving the loop closes the reader, not the pipe: what is printed later still has to be drained.
    child.stdout.resume();
    const url = readUrl(line);
    if (url !== undefined) return { url, stop };
  }
  await ended;
  throw new Error(`${name} ended before it listened. Its last words:\n${lastWords}`);
}

/** Engines print other lines, too (banners); only the announcement is JSON with a URL. */
function readUrl(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const announcement = Announcement.safeParse(JSON.parse(line));
  return announcement.success ? announcement.data.url : undefined;
}
