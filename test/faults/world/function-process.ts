import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** A deployed function: its bundle, in a process of its own. */
export type FunctionProcess = {
  /** Rejects with `Killed` where the process ends first. */
  invoke(event: unknown, remainingMs?: number): Promise<unknown>;
  /** From now on its clock is so far from the machine's. */
  setClock(ms: number): void;
  /** SIGKILL: nothing of it runs on. True once that has ended it; false where it had ended before. */
  kill: Kill;
  /** What it wrote: logs and metrics. */
  output(): string;
  stop(): Promise<void>;
};

export type Kill = () => Promise<boolean>;

/** The runtime ended before it answered. */
export class Killed extends Error {
  override name = 'Killed' as const;
}

const Answer = z.object({ id: z.number(), result: z.unknown().optional(), error: z.string().optional() });
const runner = fileURLToPath(new URL('lambda-runner.ts', import.meta.url));
const LAMBDA_TIMEOUT_MS = 15_000;

export type StartOptions = {
  /** Given what ends it, before a line of it has run. */
  readonly spawned?: ((kill: Kill) => void) | undefined;
  /** How far its clock is from the machine's, from its first line on. */
  readonly clockMs?: number;
};

/** Starts a new instance; resolves once its code is loaded. With nothing but `env` in its environment, as in Lambda. */
export async function startFunction(
  bundle: string,
  env: Readonly<Record<string, string>>,
  { spawned, clockMs = 0 }: StartOptions = {},
): Promise<FunctionProcess> {
  const child = fork(runner, [bundle, String(clockMs)], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const open = new Map<number, PromiseWithResolvers<unknown>>();
  const { promise: loaded, resolve: load, reject: end } = Promise.withResolvers<void>();
  // Whoever waits for it is told; nobody may.
  loaded.catch(() => undefined);
  child.on('message', (message) => {
    if (message === 'loaded') return load();
    const { id, result, error } = Answer.parse(message);
    if (error === undefined) open.get(id)?.resolve(result);
    else open.get(id)?.reject(new Error(error));
  });
  const exited = once(child, 'exit');
  child.on('exit', (code, signal) => {
    const killed = new Killed(`The function ended (${signal ?? code}). It said:\n${output.slice(-2000)}`);
    end(killed);
    for (const one of open.values()) one.reject(killed);
  });
  let count = 0;
  const alive = () => child.exitCode === null && child.signalCode === null;
  const kill: Kill = async () => {
    if (!alive() || !child.kill('SIGKILL')) return false;
    await exited;
    return child.signalCode === 'SIGKILL';
  };
  spawned?.(kill);

  await loaded;
  return {
    async invoke(event, remainingMs = LAMBDA_TIMEOUT_MS) {
      count += 1;
      const answer = Promise.withResolvers<unknown>();
      open.set(count, answer);
      if (!alive()) throw new Killed('The function had ended');
      child.send({ id: count, event, remainingMs });
      // Lambda, too, ends what does not answer.
      const timer = setTimeout(() => void kill(), remainingMs + 200);
      try {
        return await answer.promise;
      } finally {
        clearTimeout(timer);
      }
    },
    setClock: (ms) => void child.send({ clockMs: ms }),
    kill,
    output: () => output,
    async stop() {
      await kill();
    },
  };
}
