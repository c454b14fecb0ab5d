import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What to install for a command that the set-up runs. */
const installHints = {
  go: 'install Go 1.26 or newer: it builds the engines that the tests run',
  mvn: 'install Maven 3 and a JDK 17 or newer: they fetch DynamoDB Local',
  javac: 'install a JDK 17 or newer (a JRE has no compiler): it compiles the launcher of DynamoDB Local',
  python3:
    'install Python 3.10 or newer with its venv module (on Debian, the package python3-venv): it runs the emulator of AWS',
} as const;

/** Runs a build tool and returns its standard output; an absent or failing tool is an error that says what to do. */
export async function runRequiredTool(
  command: keyof typeof installHints,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  try {
    const { stdout } = await execute(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new Error(`The command \`${command}\` is not there; ${installHints[command]}.`, { cause });
    }
    // The message of a failed command holds the command line and what it printed on standard error.
    throw cause;
  }
}
