import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export type ProcessGroup = {
  readonly pid: number;
  /** The last it has printed. */
  output(): string;
  /** Kills it with all that it has started, and resolves once it is gone. */
  stop(): Promise<void>;
};

export type GroupCommand = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** All of its environment: nothing of ours goes to it. */
  readonly env: Record<string, string>;
  /** Asked again and again until it says true; a rejection counts as not yet. */
  readonly isReady: () => Promise<boolean>;
};

/** As for an engine process, only that its children go with it: when our pipe closes, however we die, the group is killed. */
const guard = 'exec 3<&0; (cat <&3 >/dev/null; kill -KILL -$$) >/dev/null 2>&1 & exec "$@" </dev/null 3<&-';
const readyWithinMs = 30_000;
const keptOutput = 200_000;

/** Starts an engine that starts processes itself, and resolves when it is ready. */
export async function startProcessGroup({ name, command, args, env, isReady }: GroupCommand): Promise<ProcessGroup> {
  const child = spawn('sh', ['-c', guard, 'sh', command, ...args], { stdio: 'pipe', detached: true, env });
  const ended = once(child, 'exit');
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} has no process id`);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-keptOutput);
    });
  }
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  async function stop() {
    try {
      process.kill(-(pid ?? Number.NaN), 'SIGKILL');
    } catch {
      // The group is gone.
    }
    await ended;
  }

  const deadline = Date.now() + readyWithinMs;
  while (!(await isReady().catch(() => false))) {
    const late = Date.now() > deadline;
    if (hasEnded() || late) {
      await stop();
      const what = late ? `was not ready within ${readyWithinMs / 1000} s` : 'ended before it was ready';
      throw new Error(`${name} ${what}. Its last words:\n${output.slice(-4_000)}`);
    }
    await sleep(50);
  }
  return { pid, output: () => output, stop };
}
