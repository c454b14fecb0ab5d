import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { answersOk } from '#cli/local/engine-process.ts';
import { freePort } from '#cli/local/free-port.ts';

export type RunningWeightless = {
  url: string;
  alertsToken: string;
  readToken: string;
  /** All it has printed so far. */
  output(): string;
  /** Interrupts it like Ctrl-C and resolves with its exit code once it is gone. */
  stop(): Promise<number | null>;
};

const root = fileURLToPath(new URL('../../..', import.meta.url));
const readyWithinMs = 30_000;
const stopWithinMs = 10_000;

/**
 * npm, its shell and Node are one process group, which gets the signals as from a terminal; when our pipe to it closes,
 * however we die, the group is killed.
 */
const guard = 'exec 3<&0; (cat <&3 >/dev/null; kill -KILL -$$) >/dev/null 2>&1 & exec "$@" </dev/null 3<&-';

/** Runs `npm start -- --no-demo` as a user does, on a free port, and resolves when it answers. */
export async function startWeightless(args: string[], env: NodeJS.ProcessEnv = {}): Promise<RunningWeightless> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const [alertsToken, readToken] = ['alerts-token-of-the-tests', 'read-token-of-the-tests'];
  const command = ['npm', 'start', '--', '--no-demo', '--port', String(port), ...args];
  const child = spawn('sh', ['-c', guard, 'sh', ...command], {
    cwd: root,
    detached: true,
    stdio: 'pipe',
    env: { ...process.env, WEIGHTLESS_ALERTS_TOKEN: alertsToken, WEIGHTLESS_READ_TOKEN: readToken, ...env },
  });
  const ended = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // The group is gone.
    }
  };

  async function stop(): Promise<number | null> {
    signal('SIGINT');
    await Promise.race([ended, sleep(stopWithinMs, undefined, { ref: false })]);
    signal('SIGKILL');
    await ended;
    return child.exitCode;
  }

  const deadline = Date.now() + readyWithinMs;
  while (!(await answersOk(`${url}/healthz`).catch(() => false))) {
    if (hasEnded()) throw new Error(`npm start ended before it listened. It said:\n${output}`);
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`npm start did not answer within ${readyWithinMs / 1000} s. It said:\n${output}`);
    }
    await sleep(50);
  }
  return { url, alertsToken, readToken, output: () => output, stop };
}
