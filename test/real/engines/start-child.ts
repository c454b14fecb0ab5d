import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
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
  let lastWords = '';
  child.stderr.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-keptOutput);
  });
  // Its exit tells more than a broken pipe to it.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close').catch((error: Error) => {
    lastWords += error.message;
  });

  const url = await readUrl(child.stdout);
  if (url === undefined) {
    await ended;
    throw new Error(`${name} ended before it listened. Its last words:\n${lastWords}`);
  }
  // Nobody reads on, and a full pipe would stop the child.
  child.stdout.resume();

  async function stop() {
    child.stdin.end();
    const inTime = await Promise.race([ended.then(() => true), sleep(stopWithinMs, false, { ref: false })]);
    if (!inTime) child.kill('SIGKILL');
    await ended;
  }
  return { url, stop };
}

/** Engines print other lines, too (banners); only the announcement is JSON. */
async function readUrl(output: Readable): Promise<string | undefined> {
  for await (const line of createInterface(output)) {
    if (line.startsWith('{')) return Announcement.parse(JSON.parse(line)).url;
  }
  return undefined;
}
