import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export type ToolResult = { code: number; output: string };

/** Runs a command to its end and returns its exit code and all it printed; only a command that is absent throws. */
export async function runTool(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<ToolResult> {
  try {
    const { stdout, stderr } = await execute(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    if (!hasOutput(error)) throw error;
    return { code: error.code, output: error.stdout + error.stderr };
  }
}

/** A command that ran and failed carries a numeric code and its output; one that could not start carries ENOENT. */
function hasOutput(error: unknown): error is { code: number; stdout: string; stderr: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'stdout' in error;
}
