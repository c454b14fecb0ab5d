import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export type CliOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** Another copy of the project. */
  readonly folder?: string;
  /** What Node itself is told. */
  readonly nodeOptions?: readonly string[];
};

export type CliProcess = {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves with all that is on stdout once the text is among it; rejects where the process ends before. */
  said(text: string | RegExp): Promise<string>;
  readonly ended: Promise<number | null>;
  /** Sends the signal and resolves with the exit code: null where the signal killed it. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
};

/** The process is killed when our pipe to it closes, so it does not outlive the tests, however they end. */
const guard = 'exec 3<&0; (cat <&3 >/dev/null; kill -KILL $$) >/dev/null 2>&1 & exec "$@" </dev/null 3<&-';
const WITHIN = { timeout: 10_000, interval: 20 };

/** Runs `weightless` as a user does, on this Node; the exit code and what it prints are the process's own. */
export function startCli(args: readonly string[], options: CliOptions = {}): CliProcess {
  const { env = {}, folder = root, nodeOptions = [] } = options;
  const command = [process.execPath, ...nodeOptions, join(folder, 'cli', 'launch.cjs'), ...args];
  const child = spawn('sh', ['-c', guard, 'sh', ...command], { cwd: folder, env: { ...cleanEnv(), ...env } });
  const { pid } = child;
  if (pid === undefined) throw new Error('the process has no id');
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, 'close').then(() => child.exitCode);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    stdout: () => stdout,
    stderr: () => stderr,
    async said(text) {
      await vi.waitUntil(() => hasEnded() || stdout.match(text) !== null, WITHIN);
      if (stdout.match(text) === null) throw new Error(`It ended before it said ${text}:\n${stdout}\n${stderr}`);
      return stdout;
    },
    ended,
    async end(signal = 'SIGINT') {
      if (!hasEnded()) process.kill(pid, signal);
      return ended;
    },
  };
}

/** Runs it to its end. */
export async function runCli(args: readonly string[], options?: CliOptions) {
  const cli = startCli(args, options);
  const code = await cli.ended;
  return { code, stdout: cli.stdout(), stderr: cli.stderr() };
}

/** Without what the tests' own surroundings would change. */
function cleanEnv(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, KUBECONFIG, NO_COLOR, ...rest } = process.env;
  const env = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('WEIGHTLESS_')));
  return env;
}

/** Every process that a process has started, and those that these have started. */
export function descendantsOf(pid: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = all.map(Number).filter((id) => statOf(id)?.parent === pid);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Those of the processes that still run. */
export function alive(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    const state = statOf(pid)?.state;
    return state !== undefined && state !== 'Z';
  });
}

export function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
}

function statOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    // The name stands in brackets and may hold anything.
    const [state = '', parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
