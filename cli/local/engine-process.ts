import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export type EngineProcess = {
  pid: number;
  /** Kills the engine and resolves once it is gone. */
  stop(): Promise<void>;
};

export type EngineCommand = {
  name: string;
  command: string;
  args: string[];
  /** Asked again and again until it says true; a rejection counts as not yet. */
  isReady: () => Promise<boolean>;
};

/**
 * The engine must not outlive us, however we die. The shell becomes the engine (same pid, same exit code) and leaves a
 * reader of our pipe behind, which kills the engine when the pipe closes, and the kernel closes it when we are gone.
 */
const guard = 'exec 3<&0; (cat <&3 >/dev/null; kill -KILL $$) >/dev/null 2>&1 & exec "$@" </dev/null 3<&-';
const readyWithinMs = 30_000;
const keptOutput = 4_000;

/** Starts one real component and resolves when it is ready; if it ends before that, the error carries its last words. */
export async function startEngineProcess({ name, command, args, isReady }: EngineCommand): Promise<EngineProcess> {
  const child = spawn('sh', ['-c', guard, 'sh', command, ...args], { stdio: 'pipe' });
  const ended = once(child, 'exit');
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-keptOutput);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  /** At once: its data goes away with it, and an Alertmanager that may say goodbye to its peers takes seconds. */
  async function stop() {
    if (hasEnded()) return;
    child.kill('SIGKILL');
    await ended;
  }

  const deadline = Date.now() + readyWithinMs;
  while (!(await isReady().catch(() => false))) {
    if (hasEnded()) throw new Error(`${name} ended before it was ready. Its last words:\n${output}`);
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`${name} was not ready within ${readyWithinMs / 1000} s. Its last words:\n${output}`);
    }
    await sleep(50);
  }
  if (child.pid === undefined) throw new Error(`${name} has no process id`);
  return { pid: child.pid, stop };
}

/** Whether an HTTP endpoint answers 200; the usual readiness question. */
export async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
  await response.arrayBuffer();
  return response.ok;
}
